/** Runs in Node-RED's function node: lays out what the alert nodes answer to `list`, and asks for it after everything else. */
export const boardCode = `
const lists = context.get('lists') || {};

if (msg.topic !== 'alerts/list') {
	if (context.get('due')) return;
	context.set('due', true);
	setTimeout(() => {
		context.set('due', false);
		node.send([null, { topic: 'list' }]);
	}, 200);
	return;
}

lists[msg.from] = msg.payload;
context.set('lists', lists);
const all = Object.entries(lists);
const now = Date.now();
const severities = ['critical', 'warning', 'info'];
const tones = { critical: 'error', warning: 'warning', info: 'info' };
const clock = (time) => new Date(time).toLocaleTimeString('en-GB');

function lasted(from, to) {
	const seconds = Math.max(0, Math.round((to - Date.parse(from)) / 1000));
	if (seconds < 60) return seconds + ' s';
	return seconds < 3600 ? Math.round(seconds / 60) + ' min' : (seconds / 3600).toFixed(1) + ' h';
}

function shown(value, unit) {
	if (value === null) return '';
	// Words of the entities' own; those of a protocol are in capitals and stay as they are.
	if (typeof value !== 'number') return /^[a-z_]+$/.test(value) ? value.replaceAll('_', ' ') : String(value);
	return Math.round(value * 10) / 10 + (unit ? ' ' + unit : '');
}

function line(from, alert) {
	const { id, rule, entity, severity, rule_name: title, name, device, unit, count } = alert;
	return { key: from + '/' + id, from, rule, entity, severity, tone: tones[severity], title, about: name + ', ' + device, count, peak: shown(alert.peak, unit) };
}

const active = all.flatMap(([from, list]) => list.active.map((alert) => {
	const mutes = list.mutes.filter(({ rule = alert.rule, entity = alert.entity }) => rule === alert.rule && entity === alert.entity);
	const until = Math.max(0, ...mutes.map((mute) => Date.parse(mute.until)));
	const { threshold, threshold_source: source } = alert;
	return {
		...line(from, alert),
		text: alert.text,
		value: alert.unknown ? 'unknown' : shown(alert.value, alert.unit),
		limit: shown(threshold, alert.unit),
		by: threshold === null || source === 'rule' ? '' : source.replaceAll('_', ' '),
		since: clock(alert.since),
		at: Date.parse(alert.since),
		lasts: lasted(alert.since, now),
		acknowledged: alert.acknowledged,
		muted: until > now ? clock(until).slice(0, 5) : '',
		mutedHere: mutes.some(({ rule, entity }) => rule && entity),
	};
})).sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.at - a.at);

const past = all.flatMap(([from, list]) => list.past.map((alert) => ({
	...line(from, alert),
	key: from + '/' + alert.id + '/' + alert.cleared,
	raised: clock(alert.raised),
	cleared: clock(alert.cleared),
	at: Date.parse(alert.cleared),
	lasted: lasted(alert.since, Date.parse(alert.cleared)),
}))).sort((a, b) => b.at - a.at).slice(0, 15);

const counts = severities.map((severity) => {
	const count = active.filter((one) => one.severity === severity).length;
	return { severity, count, tone: count > 0 ? tones[severity] : undefined };
});
const rules = all.flatMap(([, list]) => list.rules);
node.send([{ payload: { counts, active, past, rules: rules.length, watched: rules.filter(({ matches }) => matches > 0).length } }, null]);
`.trim();

/** Draws what is wrong now, in Vue and Vuetify, with buttons that send what the alert nodes take. */
export const activeTemplate = `<template>
	<div v-if="msg?.payload">
		<div class="d-flex flex-wrap mb-2" style="gap: 8px 28px">
			<div v-for="one in msg.payload.counts" :key="one.severity">
				<div class="text-h5" :class="one.tone && 'text-' + one.tone">{{ one.count }}</div>
				<div class="text-caption text-medium-emphasis">{{ one.severity }}</div>
			</div>
			<div>
				<div class="text-h5">{{ msg.payload.watched }}</div>
				<div class="text-caption text-medium-emphasis">of {{ msg.payload.rules }} rules watch something</div>
			</div>
		</div>
		<div v-if="msg.payload.active.length === 0" class="d-flex align-center py-4" style="gap: 12px">
			<v-icon color="success" size="32">mdi-check-circle-outline</v-icon>
			<div>Nothing is wrong.</div>
		</div>
		<div v-else class="v-table v-theme--nrdb v-table--density-comfortable"><div class="v-table__wrapper"><table>
			<thead>
				<tr><th>Severity</th><th>Alert</th><th>Value</th><th>Limit</th><th>Since</th><th></th></tr>
			</thead>
			<tbody>
				<tr v-for="one in msg.payload.active" :key="one.key" :style="{ opacity: one.muted ? 0.6 : 1 }">
					<td><v-chip :color="one.tone" size="small" label>{{ one.severity }}</v-chip></td>
					<td class="py-1">
						<div><b>{{ one.title }}</b><span v-if="one.count > 1" class="text-medium-emphasis">&ensp;{{ one.count }} times</span></div>
						<div class="text-body-2 text-medium-emphasis">{{ one.text || one.about }}</div>
					</td>
					<td style="white-space: nowrap">{{ one.value }}</td>
					<td style="white-space: nowrap" :title="one.by">{{ one.limit }}<span v-if="one.by" class="text-caption text-medium-emphasis">&ensp;{{ one.by }}</span></td>
					<td style="white-space: nowrap">{{ one.since }}<div class="text-caption text-medium-emphasis">{{ one.lasts }}</div></td>
					<td style="white-space: nowrap; text-align: right">
						<v-chip v-if="one.acknowledged" size="small" prepend-icon="mdi-check">acknowledged</v-chip>
						<v-btn v-else size="small" height="28" style="min-height: 0" variant="tonal" @click="send({ topic: 'acknowledge', from: one.from, payload: { rule: one.rule, entity: one.entity } })">Acknowledge</v-btn>
						<v-chip v-if="one.muted" class="ml-2" size="small" prepend-icon="mdi-bell-off-outline">until {{ one.muted }}</v-chip>
						<v-btn v-if="!one.muted" class="ml-2" size="small" height="28" style="min-height: 0" variant="tonal" @click="send({ topic: 'mute', from: one.from, payload: { rule: one.rule, entity: one.entity, minutes: 60 } })">Mute 1 h</v-btn>
						<v-btn v-else-if="one.mutedHere" class="ml-2" size="small" height="28" style="min-height: 0" variant="tonal" @click="send({ topic: 'unmute', from: one.from, payload: { rule: one.rule, entity: one.entity } })">Unmute</v-btn>
					</td>
				</tr>
			</tbody>
		</table></div></div>
	</div>
</template>`;

/** Draws what was wrong, the newest first. */
export const pastTemplate = `<template>
	<div v-if="msg?.payload">
		<div v-if="msg.payload.past.length === 0" class="text-medium-emphasis py-2">Nothing was wrong so far.</div>
		<div v-else class="v-table v-theme--nrdb v-table--density-compact"><div class="v-table__wrapper"><table>
			<thead>
				<tr><th>Severity</th><th>Alert</th><th>Raised</th><th>Cleared</th><th>Lasted</th><th>Peak</th></tr>
			</thead>
			<tbody>
				<tr v-for="one in msg.payload.past" :key="one.key">
					<td><v-chip :color="one.tone" size="small" label>{{ one.severity }}</v-chip></td>
					<td>{{ one.title }}<span class="text-medium-emphasis">&ensp;{{ one.about }}<span v-if="one.count > 1">, {{ one.count }} times</span></span></td>
					<td>{{ one.raised }}</td>
					<td>{{ one.cleared }}</td>
					<td style="white-space: nowrap">{{ one.lasted }}</td>
					<td style="white-space: nowrap">{{ one.peak }}</td>
				</tr>
			</tbody>
		</table></div></div>
	</div>
</template>`;
