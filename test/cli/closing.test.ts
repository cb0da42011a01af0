import assert from 'node:assert/strict';
import { closeAll } from '../../cli/closing';

describe('closeAll', () => {
	it('closes one after the other, also when one of them fails, and tells of the first that did', async () => {
		const closed: string[] = [];
		const close = (name: string, error?: Error) => async (): Promise<void> => {
			await null;
			closed.push(name);
			if (error) throw error;
		};
		const sync = () => {
			closed.push('c');
			throw new Error('second');
		};
		await assert.rejects(closeAll(close('a'), close('b', new Error('first')), sync, close('d')), /first/);
		assert.deepEqual(closed, ['a', 'b', 'c', 'd']);
		await closeAll(close('e'));
	});
});
