import type { Row } from '../../../model/description';
import { parseTime } from '../../../model/time';
import type { AiosWorld } from '../schemas';

/** The attribute that tells when a ceiling was reached. */
export const crowded = {
	reads: ['notShown'],
	attributes: { not_shown: ({ notShown }: { readonly notShown: number }) => notShown || undefined },
} as const;

/** A row of this dialect. */
export type AiosRow<I> = Row<I, AiosWorld>;

/** A sensor whose state is one of `options`, by a field that holds one of them. */
export function words<I>(
	spec: Pick<AiosRow<I>, 'key' | 'name'> &
		Partial<Pick<AiosRow<I>, 'short' | 'icon' | 'attributes'>> & {
			readonly field: keyof I & string;
			readonly options: readonly string[];
			readonly reads?: readonly (keyof I & string)[];
		},
): AiosRow<I> {
	const { field, reads = [], ...row } = spec;
	return {
		platform: 'sensor',
		deviceClass: 'enum',
		...row,
		from: [field, ...reads],
		value: (item) => (item[field] as string | null) ?? null,
	};
}

/** A sensor that shows a time of the server. */
export function moment<I>(
	spec: Pick<AiosRow<I>, 'key' | 'name'> & Partial<AiosRow<I>> & { readonly field: keyof I & string },
): AiosRow<I> {
	const { field, ...row } = spec;
	return {
		platform: 'sensor',
		deviceClass: 'timestamp',
		icon: 'mdi:clock-outline',
		...row,
		from: [field],
		value: (item) => {
			const at = parseTime(item[field]);
			return at === null ? null : new Date(at).toISOString();
		},
	};
}
