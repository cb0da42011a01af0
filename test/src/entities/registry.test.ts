import assert from 'node:assert/strict';
import { entityName } from '../../../src/entities/registry';

describe('entityName', () => {
	it('puts the label where the row says, as it is or in capitals', () => {
		assert.equal(entityName('Disk {label} Usage', 'disk1'), 'Disk disk1 Usage');
		assert.equal(entityName('Network {LABEL} RX', 'eth0'), 'Network ETH0 RX');
		assert.equal(entityName('{label} of {label}', 'x'), 'x of x');
		assert.equal(entityName('CPU Usage', 'x'), 'CPU Usage');
	});

	it('takes a label literally, whatever stands in it', () => {
		for (const label of ['$&', '$$', "$'", '$1', '{label}', '{LABEL}', '\\n']) {
			assert.equal(entityName('VM {label}', label), `VM ${label}`);
		}
	});
});
