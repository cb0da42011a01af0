import assert from 'node:assert/strict';
import { networkService } from '../../../../../src/dialects/unraid/entities/services';
import { readRows } from '../../../../support/entity-rows';
import { fixtureJson } from '../../../../support/unraid-recordings';

describe('network services', () => {
	it('are all of the answer, the one for logs too', () => {
		const answers = fixtureJson('rest-snapshot.json') as Record<string, { body: object }>;
		const rows = readRows([networkService], { network_services: answers['/api/v1/settings/network-services']?.body });
		assert.equal(Object.keys(rows).length, 13);
		assert.deepEqual(rows['syslog_server.running'], {
			name: 'Syslog Service',
			state: 'off',
			attributes: { enabled: false, port: 514 },
		});
	});
});
