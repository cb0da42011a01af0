import assert from 'node:assert/strict';
import { type Environment, proxyFor } from '../../../src/transport/proxy';

const chosen = (url: string, environment: Environment, setting?: string) =>
	proxyFor(new URL(url), setting, environment)?.host ?? null;

describe('proxy', () => {
	it('chooses by scheme, lower case first, as curl does', () => {
		const environment = { HTTP_PROXY: 'http://plain:1', https_proxy: 'secure:2', HTTPS_PROXY: 'http://other:3' };
		for (const [url, proxy] of [
			['ws://tower/', 'plain:1'],
			['http://tower/', 'plain:1'],
			['wss://tower/', 'secure:2'],
			['https://tower/', 'secure:2'],
		] as const) {
			assert.equal(chosen(url, environment), proxy);
		}
		assert.equal(chosen('wss://tower/', { http_proxy: 'plain:1' }), null);
		assert.equal(chosen('wss://tower/', { http_proxy: 'plain:1', All_Proxy: 'no', all_proxy: 'all:4' }), 'all:4');
		assert.equal(chosen('ws://tower/', { http_proxy: '', HTTP_PROXY: 'plain:1' }), 'plain:1');
		assert.equal(chosen('ws://tower/', {}), null);
	});

	it('prefers the setting, which no exception concerns', () => {
		const environment = { http_proxy: 'environment:1', no_proxy: '*' };
		assert.equal(chosen('ws://tower/', environment, 'http://set:2'), 'set:2');
		assert.equal(chosen('ws://tower/', { http_proxy: 'environment:1' }, 'none'), null);
	});

	it('honours NO_PROXY', () => {
		const cases: [exceptions: string, url: string, isExcepted: boolean][] = [
			['*', 'ws://tower/', true],
			['tower', 'ws://tower/', true],
			['TOWER', 'ws://tower/', true],
			['tower', 'ws://eiffeltower/', false],
			['home.lan', 'ws://tower.home.lan/', true],
			['.home.lan', 'ws://tower.home.lan/', true],
			['*.home.lan', 'ws://tower.home.lan/', true],
			['home.lan', 'ws://tower.my-home.lan/', false],
			['other, tower:8043', 'ws://tower:8043/', true],
			['tower:8043', 'ws://tower:8044/', false],
			['tower:80', 'ws://tower/', true],
			['tower:443', 'wss://tower/', true],
			['10.0.0.0/8', 'ws://10.1.2.3/', true],
			['10.0.0.0/8', 'ws://11.1.2.3/', false],
			['192.168.1.5', 'ws://192.168.1.5:80/', true],
			['::1', 'ws://[::1]:8043/', true],
			['[::1]:8043', 'ws://[::1]:8043/', true],
			['fd00::/8', 'ws://[fd00::5]/', true],
			['10.0.0.0/99', 'ws://10.1.2.3/', false],
			['10.0.0.0/', 'ws://10.1.2.3/', false],
			['', 'ws://tower/', false],
		];
		for (const [exceptions, url, isExcepted] of cases) {
			const proxy = chosen(url, { http_proxy: 'proxy:1', https_proxy: 'proxy:1', NO_PROXY: exceptions });
			assert.equal(proxy === null, isExcepted, `${exceptions} ${url}`);
		}
	});

	it('refuses a proxy of another kind, without its credentials', () => {
		for (const setting of [undefined, 'socks5://me:pass@proxy:1']) {
			assert.throws(
				() => proxyFor(new URL('ws://tower/'), setting, { all_proxy: 'socks5://me:pass@proxy:1' }),
				(thrown: Error) => /CONFIG_INVALID/.test(Object(thrown).code) && !thrown.message.includes('pass@'),
			);
		}
	});
});
