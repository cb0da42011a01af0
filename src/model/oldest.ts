/** Takes out what came first, until at most `most` are left: of what comes without end only the newest is remembered. */
export function dropOldest<K>(kept: Set<K> | Map<K, unknown>, most: number): void {
	for (const oldest of kept.keys()) {
		if (kept.size <= most) return;
		kept.delete(oldest);
	}
}
