import { type Row, subject } from '../../../model/description';
import { text } from '../../../model/presets';
import type { DataOf, World } from './items';
import { timeState } from './times';

type Registration = DataOf<'registration_update'>;

const expiry = (key: string, name: string, field: 'expiration' | 'update_expiration'): Row<Registration, World> => ({
	key,
	platform: 'sensor',
	name,
	deviceClass: 'timestamp',
	category: 'diagnostic',
	icon: 'mdi:calendar-alert',
	from: [field],
	value: (registration) => timeState(registration[field]),
	// Most licences never end.
	when: (registration) => timeState(registration[field]) !== null,
});

/** Unraid's licence. */
export const registration = subject<World, Registration>({
	subject: 'registration',
	from: ['registration_update'],
	items: (world) => (world.registration_update ? [world.registration_update] : null),
	rows: [
		text({ key: 'type', name: 'Registration Type', category: 'diagnostic', icon: 'mdi:license', field: 'type' }),
		text({ key: 'state', name: 'Registration State', category: 'diagnostic', icon: 'mdi:shield-key', field: 'state' }),
		expiry('expiry', 'Registration Expiry', 'expiration'),
		expiry('update_expiry', 'Registration Update Expiry', 'update_expiration'),
	],
});
