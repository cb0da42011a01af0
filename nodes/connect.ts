import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import type { ConnectionState } from '../src/endpoint';
import { AgentStreamError } from '../src/model/errors';
import type { StreamEvent } from '../src/model/event';
import { type ConnectVerb, connectVerbSchema } from '../src/model/messages';
import { connectionMessage, connectionStatus } from './glue/connection';
import { defineNode, type Send } from './glue/define';
import { type SharedEndpoint, sharedEndpoint } from './glue/endpoints';
import { entitiesIn } from './glue/entities';
import { eventMessage, hasLoss, reportMessage } from './glue/messages';
import { neededBehind } from './glue/needs';
import { textField, wordsField } from './glue/settings';
import { whenStarted } from './glue/started';

const settings = z.object({
	endpoint: textField(),
	types: wordsField,
});

/** An agent's live stream → one message per event, and what happens to the connection. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-connect', {
		settings,
		start({ node, settings: { endpoint, types }, send, show, guard, release }) {
			const shared = sharedEndpoint(RED, endpoint);
			const { live } = shared;
			const wanted = new Set(types);
			const onEvent = guard((event: StreamEvent) => {
				// The socket is shared: it brings what others asked for too. Faults are everybody's.
				const chosen = wanted.size === 0 || wanted.has(event.type);
				const faulty = event.type === 'invalid' || (chosen && hasLoss(event));
				const passes = chosen && !event.rejected;
				if (passes || faulty) send([passes ? eventMessage({}, event) : null, faulty ? reportMessage({}, event) : null]);
			});
			const onState = guard((state: ConnectionState) => {
				show(connectionStatus(RED, state));
				const { id } = shared;
				send([null, { topic: `${id}/connection`, payload: state.phase, connection: connectionMessage(id, state) }]);
			});
			live.on('event', onEvent);
			live.on('state', onState);
			release(() => live.off('event', onEvent));
			release(() => live.off('state', onState));
			show(connectionStatus(RED, live.state));
			release(entitiesIn(RED).bring(node.id, shared.id));
			const user = shared.use(types);
			release(() => user.release());
			// Where nothing is chosen, what stands behind may tell; it is all there when the flows have started, and may change with them.
			const ask = guard(() => user.want(wanted.size > 0 ? [...wanted] : neededBehind(RED, node, live.dialect)));
			release(whenStarted(RED, ask));
			// A protocol that was to be recognised is known now.
			live.once('event', ask);
			release(() => live.off('event', ask));
			return { input: (message, to) => obey(read(message), message, to, { shared, ask, wanted }) };
		},
	});
};

/** @throws AgentStreamError INPUT_INVALID, with the verbs that there are */
function read({ topic, payload }: NodeMessage): ConnectVerb {
	const parsed = connectVerbSchema.safeParse({ topic, payload });
	if (parsed.success) return parsed.data;
	const verbs = 'send, subscribe, unsubscribe, reconnect, token or diagnose';
	throw new AgentStreamError(
		'INPUT_INVALID',
		`msg.topic must be ${verbs}, and msg.payload fit it (see the node's help).`,
	);
}

function obey(
	verb: ConnectVerb,
	message: NodeMessage,
	to: Send,
	{ shared, ask, wanted }: { shared: SharedEndpoint; ask: () => void; wanted: Set<string> },
): void {
	const { live, id } = shared;
	switch (verb.topic) {
		case 'send':
			live.send(verb.payload);
			break;
		case 'subscribe':
			for (const type of verb.payload) wanted.add(type);
			ask();
			break;
		case 'unsubscribe':
			for (const type of verb.payload) wanted.delete(type);
			ask();
			break;
		case 'reconnect':
			live.reconnect();
			break;
		case 'token':
			live.setToken(verb.payload);
			break;
		case 'diagnose':
			to([null, { ...message, topic: `${id}/diagnosis`, payload: live.diagnose() }]);
	}
}
