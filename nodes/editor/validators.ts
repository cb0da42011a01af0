/** Whether a field is empty or a number in a range; an environment variable is checked at run time only. */
export function numberOrBlank(least: number, most: number): (value: unknown) => boolean {
	return (value) => {
		if (value === undefined || value === null || value === '' || isVariable(value)) return true;
		const number = Number(value);
		return Number.isFinite(number) && number >= least && number <= most;
	};
}

/** Whether the whole text is `${NAME}`, which Node-RED replaces before a node starts. */
export function isVariable(value: unknown): boolean {
	return typeof value === 'string' && /^\$\{[^}]+\}$/.test(value);
}

/** Whether a field is a URL of one of these schemes, without user name and password (those belong into credentials). */
export function urlOf(...schemes: readonly string[]): (value: unknown) => boolean {
	return (value) => {
		if (isVariable(value)) return true;
		try {
			const url = new URL(String(value));
			return (
				schemes.includes(url.protocol.slice(0, -1)) && url.hostname !== '' && url.username === '' && url.password === ''
			);
		} catch {
			return false;
		}
	};
}

/** Whether a field is an endpoint id: what every unique id and topic starts with. */
export function endpointId(value: unknown): boolean {
	return isVariable(value) || /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(String(value));
}

/** Whether a field is a topic prefix: levels without wildcards, none of them empty, no system topic. */
export function topicPrefix(value: unknown): boolean {
	const text = String(value);
	return (
		isVariable(value) || (text.length <= 128 && /^[^/+#\p{C}]+(\/[^/+#\p{C}]+)*$/u.test(text) && !text.startsWith('$'))
	);
}
