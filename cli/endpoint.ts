import { Endpoint, type EndpointSettings, endpointSettingsSchema, parseEndpointSettings } from '../src/endpoint';
import { asAgentStreamError } from '../src/model/errors';
import { required, text, UsageError, type Values, word } from './arguments';
import { type Io, stderrLogger } from './io';
import { chosenDialect, dialectOptions, json, wrongBy } from './options';

const { url, tokenIn, tokenName, namespace } = endpointSettingsSchema.shape;

/** The options of every command that listens to a server. */
export const endpointOptions = () => ({
	endpoint: required(text('URL', 'the server to listen to', wrongBy(url))),
	...dialectOptions(),
	subscribe: json('JSON', 'what of the stream is wanted, in the form of its protocol; default: everything'),
	'token-env': text('NAME', 'environment variable that holds the token of the server'),
	'token-in': word(tokenIn.unwrap().options, 'where the token stands; default: where the protocol has it'),
	'token-name': text('NAME', 'name of the query parameter, header or cookie', wrongBy(tokenName)),
	namespace: text('PATH', 'Socket.IO namespace; default: /', wrongBy(namespace)),
});

/**
 * The endpoint that the options describe.
 * @throws UsageError: what cannot be checked option by option is wrong
 */
export function endpointOf(
	values: Values<ReturnType<typeof endpointOptions>>,
	settings: Omit<EndpointSettings, 'url'>,
	io: Io,
): Endpoint {
	const { subscribe, 'token-in': tokenIn, 'token-name': tokenName, namespace } = values;
	try {
		const checked = parseEndpointSettings({
			...settings,
			url: values.endpoint,
			...tokenFrom(io, values['token-env']),
			...(tokenIn && { tokenIn }),
			...(tokenName && { tokenName }),
			...(namespace && { namespace }),
			...(subscribe !== undefined && { subscription: subscribe }),
		});
		const parts = { clock: io.clock, logger: stderrLogger(io), random: Math.random };
		return new Endpoint(checked, { dialect: chosenDialect(values), ...parts });
	} catch (thrown) {
		if (thrown instanceof UsageError) throw thrown;
		throw new UsageError(asAgentStreamError(thrown, 'CONFIG_INVALID').message);
	}
}

function tokenFrom(io: Io, name: string | undefined): { token?: string } {
	if (name === undefined) return {};
	const token = io.env[name];
	if (token === undefined || token === '') throw new UsageError(`--token-env: the variable ${name} is not set`);
	return { token };
}
