/**
 * Closes all, one after the other, also when one of them fails: what stays open would keep the process from ending.
 * @throws what the first that failed threw
 */
export async function closeAll(...closings: readonly (() => unknown)[]): Promise<void> {
	const thrown: unknown[] = [];
	for (const close of closings) {
		try {
			await close();
		} catch (error) {
			thrown.push(error);
		}
	}
	if (thrown.length > 0) throw thrown[0];
}
