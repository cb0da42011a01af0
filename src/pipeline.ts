import { dialects } from './dialects';
import type { Dialect } from './dialects/dialect';
import { EventReader } from './dialects/reader';
import { CustomRows } from './entities/custom';
import { Debut } from './entities/debut';
import { Mapper, type MapperOptions, type MapperTables } from './entities/mapper';
import type { SavedMemory } from './entities/recollection';
import type { Clock, Timer } from './model/clock';
import type { CustomRow } from './model/custom-row';
import type { Request, World } from './model/description';
import type { Entity, EntityChange } from './model/entity';
import { AgentStreamError } from './model/errors';
import type { Frame, StreamEvent } from './model/event';

/** What a {@link Pipeline} is made of. */
export interface PipelineOptions extends Omit<MapperOptions, 'dialect'> {
	readonly clock: Clock;
	/** The protocol; `auto` = told from the first frames. */
	readonly dialect: Dialect | 'auto';
	/** Reject an event with any error, instead of dropping the bad field. */
	readonly strict?: boolean;
	/** Entities that a user describes, beside those of the dialect. */
	readonly rows?: readonly CustomRow[];
	/** The mapper's tables, where they are less than the dialect's and its rows. */
	readonly tables?: (dialect: Dialect | null) => MapperTables | null;
	/** True where the first entities wait until their device has told its name: of a live server, whose ids are made of it. */
	readonly waitForName?: boolean;
	/** Step 5: takes what changed, and the event that changed it (null: time did). The MQTT publisher stands here. */
	readonly changed: (changes: readonly EntityChange[], event: StreamEvent | null) => void;
}

/**
 * One endpoint's way from frame to entity, in the order in which a frame takes it. Follow it from here:
 * `dialects/reader.ts` joins steps 2 and 3. 1 `transport/websocket.ts` receives the frame, 2 `dialects/unraid/protocol.ts` takes off the envelope, 3 `dialects/unraid/identify.ts` names
 * it and `dialects/validate.ts` checks it, 4 `entities/mapper.ts` turns it into entity changes by the rows of `dialects/unraid/entities/`,
 * 5 `mqtt/publisher.ts` turns those into topics. Adapters may enter at any step: `frame`, `value` or `event`.
 */
export class Pipeline {
	private readonly reader: EventReader;
	private mapper: Mapper | null = null;
	private rows: CustomRows | null = null;
	/** The dialect by whose tables the mapper works; null = by custom rows alone. */
	private spoken: Dialect | null = null;
	private timer: Timer | undefined;
	/** When the timer fires, ms since 1970. */
	private due = 0;
	private link = { open: true, polling: false };
	private readonly debut: Debut | null;
	/** The dialect of an earlier run, while `auto` has not decided: silence can be told of a server that is away. */
	private presumed: Dialect | null = null;

	/** @throws AgentStreamError CONFIG_INVALID: the user's rows do not go with the dialect's */
	constructor(private readonly options: PipelineOptions) {
		const { dialect, clock, waitForName = false } = options;
		this.reader = new EventReader(options);
		this.debut = waitForName ? new Debut(clock, (changes) => options.changed(changes, null)) : null;
		if (dialect !== 'auto') this.begin(dialect);
		else {
			this.presumed = dialects.find(({ name }) => name === options.memory?.$dialect?.name) ?? null;
			if (this.presumed) this.begin(this.presumed);
		}
	}

	/** Takes a frame (step 1 delivered it) all the way. */
	frame(frame: Frame): StreamEvent[] {
		return this.each(this.reader.read(frame));
	}

	/** Takes JSON that something else has parsed all the way. */
	value(value: unknown): StreamEvent[] {
		return this.each(this.reader.readValue(value));
	}

	/** Takes an event that was identified elsewhere (by an endpoint, by an identify node) the rest of the way. */
	event(event: StreamEvent): void {
		const mapper = this.mapperOf(event);
		if (!mapper) return;
		const take = (ready: StreamEvent) => this.changed(mapper.apply(ready), event);
		// What a user's rows read of it goes the same way, at once or when their expressions are evaluated.
		if (this.rows) this.rows.pass(event, take);
		else take(event);
	}

	/** Resolves when no custom row waits to be evaluated: all that came so far has gone all the way. */
	async idle(): Promise<void> {
		await this.rows?.idle();
	}

	/**
	 * Values come from now on, or do not; they do until somebody says otherwise.
	 * @param polling whether they are polled because the socket is down
	 */
	connection(open: boolean, polling = false): void {
		this.link = { open, polling };
		if (this.mapper) this.changed(this.mapper.connection(open, polling), null);
	}

	/** No more frames will come: takes what `auto` still holds back. */
	flush(): StreamEvent[] {
		return this.each(this.reader.flush());
	}

	/** Stops the clock that watches for silence, and forgets what waits. */
	close(): void {
		this.rows?.close();
		this.debut?.close();
		this.options.clock.cancel(this.timer);
		this.timer = undefined;
	}

	/** The dialect; null while it is not told. */
	get dialect(): Dialect | null {
		return this.reader.dialect;
	}

	/** All entities that anybody was told of. */
	entities(): Entity[] {
		const all = this.mapper?.entities() ?? [];
		return this.debut?.shown(all) ?? all;
	}

	/** The entities that events of this one's type feed, changed or not. */
	fedBy({ type, dialect }: StreamEvent): Entity[] {
		const known = this.dialect ?? dialects.find(({ name }) => name === dialect);
		const fed = known?.types[type]?.feeds ?? type;
		const types = [fed, this.rows?.derivedType(fed)];
		return this.entities().filter((entity) => types.includes(entity.event_type));
	}

	/** Event types that are overdue. */
	stale(): string[] {
		return this.mapper?.stale() ?? [];
	}

	/** What must outlast a restart. */
	save(): SavedMemory {
		const memory = this.mapper?.save() ?? this.options.memory ?? {};
		return this.spoken ? { ...memory, $dialect: { name: this.spoken.name } } : memory;
	}

	/**
	 * The request that carries out a command.
	 * @throws AgentStreamError COMMAND_REFUSED where it cannot be carried out now
	 */
	command(uniqueId: string, action: string, value?: string | number): Request {
		if (!this.mapper) throw new AgentStreamError('COMMAND_REFUSED', 'Nothing is known of the server yet.');
		return this.mapper.command(uniqueId, action, value);
	}

	/** One entity. */
	entity(uniqueId: string): Entity | undefined {
		return this.mapper?.entity(uniqueId);
	}

	/** The newest data of every event type that came. */
	get world(): World {
		return this.mapper?.newest ?? {};
	}

	private each(events: StreamEvent[]): StreamEvent[] {
		for (const event of events) this.event(event);
		return events;
	}

	/** The tables of the event's own dialect: whoever identified it knew better. */
	private mapperOf(event: StreamEvent): Mapper | null {
		if (this.mapper && this.spoken && !this.presumed) return this.mapper;
		const dialect = this.reader.dialect ?? dialects.find(({ name }) => name === event.dialect) ?? null;
		if (this.mapper && !dialect) return this.mapper;
		const isKnown = dialect === this.presumed && this.mapper !== null;
		this.presumed = null;
		if (!isKnown) this.begin(dialect);
		return this.mapper;
	}

	/** Maps by the tables of this dialect from now on; null = by the user's rows alone. */
	private begin(dialect: Dialect | null): void {
		this.rows?.close();
		this.rows = this.rowsOf(dialect);
		const { tables } = this.options;
		const all = this.rows?.tables ?? (tables ? tables(dialect) : dialect);
		this.spoken = dialect;
		this.mapper = all && new Mapper({ ...this.options, dialect: all });
		const { open, polling } = this.link;
		if (this.mapper && (!open || polling)) this.changed(this.mapper.connection(open, polling), null);
	}

	/** @throws AgentStreamError CONFIG_INVALID: the user's rows do not go with the dialect's */
	private rowsOf(dialect: Dialect | null): CustomRows | null {
		const { tables, rows = [], report = () => {} } = this.options;
		const all = [...(dialect?.rows ?? []), ...rows];
		return tables || all.length === 0 ? null : new CustomRows(all, dialect, report);
	}

	private changed(changes: readonly EntityChange[], event: StreamEvent | null): void {
		const { debut, mapper, link } = this;
		const ready = debut && mapper ? debut.pass(changes, mapper.isNamed, link.open) : changes;
		if (ready.length > 0) this.options.changed(ready, event);
		this.watch();
	}

	/** Wakes up when the next event type would be overdue, or a tracker has something to do. A timer that is too early only looks again. */
	private watch(): void {
		// Freshness alone can wait for its timer; a tracker may have something to do sooner by every event.
		if (this.timer && !this.mapper?.tracks) return;
		const { clock } = this.options;
		const next = this.mapper?.nextTick() ?? null;
		if (next === null || (this.timer && this.due <= next)) return;
		clock.cancel(this.timer);
		this.due = next;
		this.timer = clock.after(Math.max(0, next - clock.now()), () => this.tick());
	}

	private tick(): void {
		this.timer = undefined;
		if (this.mapper) this.changed(this.mapper.tick(), null);
	}
}
