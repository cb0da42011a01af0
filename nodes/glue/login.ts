import type { LoginSettings } from '../../src/transport/settings';

/** A login as the endpoint's form has it. `user`, `password` and `body` are secrets. */
export interface LoginForm {
	readonly url: string;
	readonly method: 'POST' | 'GET';
	readonly contentType: string;
	readonly tokenPath: string;
	readonly expiresPath: string;
	readonly user: string;
	readonly password: string;
	/** JSON or text with `{user}` and `{password}` in it; empty: the two as JSON or as a form. */
	readonly body: string;
}

const formType = 'application/x-www-form-urlencoded';

/** The login that a form describes; null where it describes none. */
export function loginOf(form: LoginForm): LoginSettings | null {
	const { url, method, contentType, tokenPath, expiresPath } = form;
	if (url === '') return null;
	return {
		url,
		method,
		...(contentType && { contentType }),
		...(tokenPath && { tokenPath }),
		...(expiresPath && { expiresPath }),
		...(method === 'GET' ? basic(form) : filled(form)),
	};
}

/** A GET has no body: user and password go into its header. */
function basic({ user, password }: LoginForm): Pick<LoginSettings, 'headers'> {
	if (user === '') return {};
	return { headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } };
}

function filled({ user, password, body, contentType }: LoginForm): Pick<LoginSettings, 'body'> {
	const isForm = contentType.toLowerCase().startsWith(formType);
	const usual = isForm ? 'username={user}&password={password}' : '{"username":"{user}","password":"{password}"}';
	const template = body || (user === '' ? '' : usual);
	if (template === '') return {};
	const put = (text: string, encode: (value: string) => string) =>
		text.replace(/\{(user|password)\}/g, (_all, name: string) => encode(name === 'user' ? user : password));
	const asIs = (value: string) => value;
	try {
		// Inside JSON the placeholders stand in texts, whatever the values hold.
		return { body: JSON.parse(template, (_key, value) => (typeof value === 'string' ? put(value, asIs) : value)) };
	} catch {
		return { body: put(template, isForm || contentType === '' ? encodeURIComponent : asIs) };
	}
}
