/** Messages and commands that a simulated server keeps for a test to look at. */
const MOST = 1_000;

/** Appends to a list of bounded length: what is oldest goes. */
export function keep<T>(list: T[], item: T, most = MOST): void {
	list.push(item);
	if (list.length > most) list.shift();
}
