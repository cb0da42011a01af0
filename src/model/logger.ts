/** Where the library reports what it does. An adapter passes its own: a Node-RED node, standard error. */
export interface Logger {
	debug(message: string): void;
	info(message: string): void;
	warn(message: string): void;
	error(message: string): void;
}
