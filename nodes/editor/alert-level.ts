import { levelFields, otherFields } from './alert-fields';
import { Inputs, type Translate } from './alert-inputs';
import { type Draft, valueAt } from './alert-rule';

/** The form of one level: its own fields, and those of another entity, which few need. */
export class LevelForm {
	private readonly own: Inputs;
	private readonly other: Inputs;

	/** @param removed called when somebody has taken it out */
	constructor(
		list: JQuery,
		private readonly level: Draft,
		translate: Translate,
		removed: () => void,
	) {
		const place = $('<div>', {
			class: 'agent-stream-alert-level',
			role: 'group',
			'aria-label': translate('field.value'),
		});
		const own = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
		const other = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
		this.own = new Inputs(own, levelFields, level, translate);
		this.other = new Inputs(other, otherFields, level, translate);
		const isOpen = valueAt(level, 'entity') !== undefined;
		other.toggle(isOpen);
		const more = $('<button>', { type: 'button', class: 'agent-stream-alert-more', text: translate('button.other') });
		more
			.toggle(!isOpen)
			.on('click', () => {
				other.show();
				more.hide();
				this.other.at('entity.subject').trigger('focus');
			})
			.appendTo(place);
		const name = translate('button.removeLevel');
		$('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small', title: name, 'aria-label': name })
			.append($('<i>').addClass('fa fa-remove'))
			.on('click', () => {
				place.remove();
				removed();
			})
			.appendTo(place);
		place.appendTo(list);
	}

	/** The level as it was typed. */
	read(): Draft {
		return this.other.read(this.own.read(this.level));
	}

	/** Shows what is wrong at its fields. */
	tell(told: ReadonlyMap<string, string>): void {
		this.own.tell(told);
		this.other.tell(told);
	}

	severity(): string {
		return String(this.own.at('severity').val());
	}

	focus(): void {
		this.own.at('value').trigger('focus');
	}
}
