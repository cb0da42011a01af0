import type { RuleLive } from '../glue/alert-answers';
import type { Translate } from './alert-inputs';

/** How a rule stands, and what it matches: looked at again and again, so that only what changed is written. */
export class LiveView {
	/** For the rule's line. */
	readonly badge = $('<span>').addClass('agent-stream-alert-badge');
	/** For its form. */
	readonly matches = $('<details>').addClass('agent-stream-alert-live').hide();
	private readonly heading = $('<summary>').appendTo(this.matches);
	private readonly list = $('<div>').addClass('agent-stream-alert-entities').appendTo(this.matches);
	private shown = '';

	constructor(private readonly translate: Translate) {}

	/**
	 * Everything in it is a stranger's: it goes in as text.
	 * @param wrong what is wrong with the rule; empty = nothing
	 */
	show(live: RuleLive, wrong: string): void {
		const text = JSON.stringify([live, wrong]);
		if (text === this.shown) return;
		this.shown = text;
		const { translate } = this;
		const { state, matches, entities, raised, pending, severity } = live;
		const many = state === 'pending' ? pending : raised;
		const word = wrong === '' ? translate(`live.${state}`) : translate('live.invalid');
		const worst = wrong === '' && severity ? ` (${translate(`choice.severity.${severity}`)})` : '';
		this.badge
			.attr('class', `agent-stream-alert-badge agent-stream-alert-${wrong === '' ? state : 'invalid'}`)
			.attr('title', wrong)
			.text(`${matches ?? '?'} · ${many > 1 ? `${many} ` : ''}${word}${worst}`);
		const heading = translate(matches === null ? 'live.tooMany' : matches === 0 ? 'live.none' : 'live.matches');
		this.heading.text(heading.replace('__count__', String(matches)));
		this.matches.show();
		const top = this.list.scrollTop() ?? 0;
		this.list.empty().append(entities.map((entity) => this.line(entity)));
		if ((matches ?? 0) > entities.length) this.list.append($('<div>').text('…'));
		this.list.scrollTop(top);
	}

	private line({ id, name, value }: RuleLive['entities'][number]): JQuery {
		const text = value === '' ? this.translate('live.unknown') : value;
		return $('<div>', { title: id }).append(
			$('<span>').text(name),
			$('<span>').addClass('agent-stream-soft').text(` ${text}`),
		);
	}
}
