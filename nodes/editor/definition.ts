import type { EditorRED } from 'node-red';
import { editorPaths, type TrialAnswer, type TrialRequest } from '../glue/editor-answers';
import { template, templateMessage } from './definition-template';
import { showFailure, showTrial, type Translate } from './trial-view';

declare const RED: EditorRED;

/** Largest file that is read, in bytes: what a definition may hold, in characters of up to four bytes. */
const largestFile = 1_048_576;

/** Node-RED's code editor, of either kind. */
interface CodeEditor {
	getValue(): string;
	setValue(text: string, cursor: number): void;
	resize(): void;
	destroy(): void;
}

const place = {
	field: '#node-config-input-definition',
	editor: 'agent-stream-endpoint-definition-editor',
	frame: '#agent-stream-endpoint-frame',
	result: '#agent-stream-endpoint-trial',
	file: '#agent-stream-endpoint-definition-file',
	button: (name: string) => `#agent-stream-endpoint-definition-${name}`,
};

/** Whether a field is empty or the JSON of an object. */
export function definitionOrBlank(value: unknown): boolean {
	const text = String(value ?? '').trim();
	return text === '' || /^\$\{[^}]+\}$/.test(text) || isObject(text);
}

/** The part of the form where a protocol is described, imported, exported and tried. */
export class DefinitionForm {
	private editor: CodeEditor | null = null;

	/**
	 * @param translate texts below `agent-stream-endpoint.definition`
	 * @param changed called when another definition was put in
	 * @param fileName what an export is called
	 */
	constructor(
		private readonly translate: Translate,
		private readonly changed: () => void,
		private readonly fileName: () => string,
	) {
		$(place.button('template')).on('click', (event) => {
			event.preventDefault();
			this.replace(pretty(template));
			const frame = $(place.frame);
			if (String(frame.val()).trim() === '') frame.val(JSON.stringify(templateMessage));
		});
		$(place.button('import')).on('click', (event) => {
			event.preventDefault();
			$(place.file).val('').trigger('click');
		});
		$(place.file).on('change', (event) => {
			const [file] = (event.target as HTMLInputElement).files ?? [];
			if (file) void this.read(file);
		});
		$(place.button('export')).on('click', (event) => {
			event.preventDefault();
			this.save();
		});
		$(place.button('test')).on('click', (event) => {
			event.preventDefault();
			void this.test();
		});
	}

	/** The definition as it stands. */
	get text(): string {
		return this.editor?.getValue() ?? String($(place.field).val() ?? '');
	}

	/** The part is visible now: a code editor needs that to measure itself. */
	show(): void {
		if (this.editor) {
			this.editor.resize();
			return;
		}
		this.editor = RED.editor.createEditor({ id: place.editor, mode: 'ace/mode/json', value: this.text });
	}

	/** Writes what was typed into the field that Node-RED saves. */
	store(): void {
		$(place.field).val(this.text.trim());
	}

	/** Takes the code editor away. */
	close(): void {
		this.editor?.destroy();
		this.editor = null;
	}

	/** Puts another definition in, after a question where there is one already. */
	private replace(text: string): void {
		const put = () => {
			$(place.field).val(text);
			this.editor?.setValue(text, -1);
			this.changed();
		};
		if (this.text.trim() === '') put();
		else this.ask('replace', put);
	}

	private ask(question: string, yes: () => void): void {
		// The types of Node-RED's editor have no word for what `notify` answers.
		const close = () => (asked as unknown as { close(): void }).close();
		const asked = RED.notify(this.translate(question), {
			modal: true,
			fixed: true,
			buttons: [
				{ text: this.translate('cancel'), click: close },
				{
					text: this.translate('replaceIt'),
					class: 'primary',
					click: () => {
						close();
						yes();
					},
				},
			],
		});
	}

	private async read(file: File): Promise<void> {
		const text = file.size <= largestFile ? await file.text() : '';
		if (isObject(text)) this.replace(pretty(JSON.parse(text)));
		else RED.notify(this.translate('noDefinition'), 'error');
	}

	private save(): void {
		const { text } = this;
		const url = URL.createObjectURL(
			new Blob([isObject(text) ? pretty(JSON.parse(text)) : text], { type: 'application/json' }),
		);
		const link = $('<a>', { href: url, download: this.fileName() }).appendTo('body');
		link[0]?.click();
		link.remove();
		URL.revokeObjectURL(url);
	}

	private async test(): Promise<void> {
		const request: TrialRequest = { definition: this.text, frame: String($(place.frame).val() ?? '') };
		const result = $(place.result);
		const button = $(place.button('test')).prop('disabled', true);
		try {
			const answer = await $.ajax({
				url: editorPaths.trial,
				method: 'POST',
				contentType: 'application/json',
				data: JSON.stringify(request),
			});
			showTrial(result, answer as TrialAnswer, this.translate);
		} catch (thrown) {
			const { responseJSON } = thrown as { responseJSON?: { message?: unknown } };
			const { message } = responseJSON ?? {};
			showFailure(result, typeof message === 'string' ? message : this.translate('noAnswer'));
		}
		button.prop('disabled', false);
	}
}

const pretty = (value: unknown): string => JSON.stringify(value, null, '\t');

function isObject(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}
