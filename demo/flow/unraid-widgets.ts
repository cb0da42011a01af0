import type { FlowNode } from '../node-red';
import { sheet } from './sheet';

const { id, node } = sheet('demo');

/** The groups of the Unraid page, by what they show. */
export const groups = { chart: id('group-chart'), gauges: id('group-gauges'), ups: id('group-ups') } as const;
type Group = keyof typeof groups;

/** Fields of the chart that draws every temperature. */
export const temperatureChart = {
	group: groups.chart,
	name: 'temperatures',
	label: '°C',
	order: 1,
	chartType: 'line',
	category: 'topic',
	categoryType: 'msg',
	xAxisLabel: '',
	xAxisProperty: '',
	xAxisPropertyType: 'timestamp',
	xAxisType: 'time',
	xAxisFormat: '',
	xAxisFormatType: 'auto',
	xmin: '',
	xmax: '',
	yAxisLabel: '°C',
	yAxisProperty: 'payload',
	yAxisPropertyType: 'msg',
	ymin: '20',
	ymax: '',
	bins: 10,
	action: 'append',
	stackSeries: false,
	pointShape: 'circle',
	pointRadius: 2,
	showLegend: true,
	removeOlder: '15',
	removeOlderUnit: '60',
	removeOlderPoints: '2000',
	colors: [
		'#0095ff',
		'#d62728',
		'#ff7f0e',
		'#2ca02c',
		'#a347e1',
		'#17becf',
		'#8c564b',
		'#e377c2',
		'#7f7f7f',
		'#bcbd22',
		'#1f3a93',
		'#006442',
	],
	textColor: ['#666666'],
	textColorDefault: true,
	gridColor: ['#e5e5e5'],
	gridColorDefault: true,
	width: '12',
	height: '8',
	className: '',
	interpolation: 'linear',
};

/** Fields of a line of text. */
export function text(inGroup: Group, order: number, label: string, format: string): object {
	return {
		group: groups[inGroup],
		order,
		width: '6',
		height: '1',
		name: '',
		label,
		format,
		layout: 'row-spread',
		style: false,
		font: '',
		fontSize: 16,
		color: '#717171',
		wrapText: false,
		className: '',
	};
}

/** A gauge. @param segments colours, each from a value on */
export function gauge(
	name: string,
	x: number,
	y: number,
	inGroup: Group,
	order: number,
	title: string,
	units: string,
	min: number,
	max: number,
	segments: readonly (readonly [from: number, color: string])[],
): FlowNode {
	return node(name, 'ui-gauge', x, y, [[]], {
		name: '',
		group: groups[inGroup],
		order,
		value: 'payload',
		valueType: 'msg',
		width: '3',
		height: '3',
		gtype: 'gauge-half',
		gstyle: 'needle',
		title,
		alwaysShowTitle: false,
		floatingTitlePosition: 'top-left',
		units,
		icon: '',
		prefix: '',
		suffix: '',
		segments: segments.map(([from, color]) => ({ from: String(from), color })),
		min,
		max,
		sizeThickness: 16,
		sizeGap: 4,
		sizeKeyThickness: 8,
		styleRounded: true,
		styleGlow: false,
		className: '',
	});
}
