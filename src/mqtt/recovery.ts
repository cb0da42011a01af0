import type { Clock } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Announcer } from './announcer';
import { parseLedger } from './ledger';
import type { Leftovers } from './leftovers';
import type { Notices } from './notices';
import type { Published } from './published';
import type { Records } from './records';
import { Survey } from './survey';
import type { Topics } from './topics';

/** What {@link Recovery} works with. */
export interface RecoveryParts {
	readonly clock: Clock;
	readonly topics: Topics;
	/** Home Assistant's discovery prefix. */
	readonly prefix: string;
	readonly published: Published;
	readonly announcer: Announcer;
	readonly records: Records;
	readonly leftovers: Leftovers;
	readonly notices: Notices;
	/** More is known now than the ledger has. */
	readonly changed: () => void;
}

/** Finds out what the broker holds of us before anything is sent: our ledger, what other bridges left of our endpoints, our documents. */
export class Recovery {
	private readonly survey: Survey;
	/** The broker's ledger is of use once: later on we know better. */
	private isRestored = false;
	private forgotten = false;

	constructor(private readonly parts: RecoveryParts) {
		this.survey = new Survey(parts.published, parts.prefix);
	}

	/**
	 * A connection is open.
	 * @param ledger what stands where our ledger should
	 * @param forgotten whether the broker lost what it had of us
	 */
	opened(ledger: string | null, forgotten: boolean): void {
		this.forgotten = forgotten;
		if (ledger !== null && !this.isRestored) this.restore(ledger);
		this.isRestored = true;
	}

	/** The connection is gone. */
	closed(): void {
		this.survey.interrupt();
	}

	/** Takes up an earlier run's ledger (text or parsed). What is no ledger is reported and ignored. */
	restore(value: unknown): void {
		const { topics, records, clock, notices, changed } = this.parts;
		const ledger = parseLedger(value);
		if (ledger) {
			records.restore(ledger, clock.now());
			changed();
			return;
		}
		const message = `What stands on ${topics.ledger} is no ledger of this version: it is left out of account.`;
		notices.report(new AgentStreamError('BROKER_PROTOCOL', message), 'ledger');
	}

	/** Filters that are to be read back before anything is sent. */
	unread(): string[] {
		const surveyed = this.survey.due();
		return surveyed.length > 0 ? [...surveyed] : [...this.parts.announcer.unread()];
	}

	/** Whether a filter is read once, and not subscribed to any longer. */
	isReadOnce(filter: string): boolean {
		return this.survey.filters.includes(filter);
	}

	/** Whether a retained message can be of this program, so that it is worth keeping until it is read. */
	isOurs(topic: string): boolean {
		return this.survey.isRelevant(topic);
	}

	/** What the broker holds under a filter of {@link unread}, by topic; null when it could not be read. */
	readBack(filter: string, found: ReadonlyMap<string, string> | null): void {
		const { clock, announcer, records, leftovers, changed } = this.parts;
		const now = clock.now();
		if (!this.isReadOnce(filter)) {
			announcer.readBack(filter, found, this.forgotten, now);
			return;
		}
		const { ledgers = [], obsolete = [] } = this.survey.take(filter, found) ?? {};
		for (const ledger of ledgers) {
			if (ledger.entities.length + ledger.documents.length === 0) continue;
			records.restore(ledger, now);
			changed();
		}
		// Announcements that still name the old bridge have been replaced by then.
		leftovers.later(obsolete, now + limits.documentAgain);
	}
}
