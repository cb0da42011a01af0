import type { FlowNode } from '../node-red';

const UI = 'demo-ui';
const THEME = 'demo-theme';

/** What all pages share. */
export const dashboard: readonly FlowNode[] = [
	{
		id: UI,
		type: 'ui-base',
		name: 'Demo',
		path: '/dashboard',
		includeClientData: true,
		acceptsClientConfig: ['ui-notification', 'ui-control'],
		showPathInSidebar: false,
		headerContent: 'page',
		navigationStyle: 'default',
		titleBarStyle: 'default',
	},
	{
		id: THEME,
		type: 'ui-theme',
		name: 'Demo',
		colors: { surface: '#ffffff', primary: '#0094ce', bgPage: '#eeeeee', groupBg: '#ffffff', groupOutline: '#cccccc' },
		sizes: { density: 'default', pagePadding: '12px', groupGap: '12px', groupBorderRadius: '4px', widgetGap: '12px' },
	},
];

/** A page of the dashboard. */
export function page(id: string, name: string, path: string, icon: string, order: number): FlowNode {
	return {
		id,
		type: 'ui-page',
		name,
		ui: UI,
		path,
		icon,
		layout: 'grid',
		theme: THEME,
		breakpoints: [
			{ name: 'Default', px: '0', cols: '3' },
			{ name: 'Tablet', px: '576', cols: '6' },
			{ name: 'Small Desktop', px: '768', cols: '9' },
			{ name: 'Desktop', px: '1024', cols: '12' },
		],
		order,
		className: '',
		visible: 'true',
		disabled: 'false',
	};
}

/** A group on a page, some of its twelve columns wide. */
export function group(id: string, onPage: string, name: string, width: number, order: number): FlowNode {
	return {
		id,
		type: 'ui-group',
		name,
		page: onPage,
		width: String(width),
		height: '1',
		order,
		showTitle: true,
		className: '',
		visible: 'true',
		disabled: 'false',
		groupType: 'default',
	};
}

/**
 * Fields of a widget that draws what a message says.
 * @param format in Vue and Vuetify; the browser reads it as HTML first, so a table must be written as one
 */
export function templateWidget(inGroup: string, name: string, format: string): object {
	return {
		group: inGroup,
		page: '',
		ui: '',
		name,
		order: 1,
		width: 0,
		height: 0,
		head: '',
		format,
		storeOutMessages: true,
		passthru: true,
		resendOnRefresh: true,
		templateScope: 'local',
		className: '',
	};
}
