/** What a message is about, in the order in which the publisher sends: availability, ledger, documents, states, attributes, events. */
export type MessageKind =
	| 'availability'
	| 'marker'
	| 'ledger'
	| 'document'
	| 'state'
	| 'attributes'
	| 'event'
	| 'clear';

/** One MQTT message to be published, always with QoS 1. Only events are not retained. */
export interface Message {
	readonly topic: string;
	/** An empty payload of a retained message deletes it. */
	readonly payload: string;
	readonly retain: boolean;
	readonly kind: MessageKind;
	/** Seconds after which the broker forgets it (MQTT 5; with 3.1.1 it stays). */
	readonly expiry?: number;
}
