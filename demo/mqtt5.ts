import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { generate, type Packet, parser } from 'mqtt-packet';

/** MQTT 5's reason for each return code of MQTT 3.1.1's CONNACK. */
const reasons = [0, 0x84, 0x85, 0x88, 0x86, 0x87];

/** The protocol version that a connection's first packet asks for; 0 where it is no CONNECT. */
function versionOf(first: Buffer): number {
	if (first[0] !== 0x10) return 0;
	let at = 1;
	while (at < 4 && (first[at] ?? 0) >= 0x80) at += 1;
	const name = at + 1;
	const length = first.length >= name + 2 ? first.readUInt16BE(name) : 0;
	return first[name + 2 + length] ?? 0;
}

/**
 * Hands a connection to a broker that speaks MQTT 3.1.1 only. A client that speaks MQTT 5, as Home Assistant does unless told
 * otherwise, is translated: what version 5 has more (properties, reasons) is left out on the way in and answered with "none" on the way out.
 */
export function accept(socket: Socket, handle: (stream: Duplex) => void): void {
	socket.once('error', () => socket.destroy());
	socket.once('data', (first: Buffer) => {
		socket.pause();
		socket.unshift(first);
		handle(versionOf(first) === 5 ? translated(socket) : socket);
	});
}

/** The MQTT 3.1.1 side of a connection whose client speaks MQTT 5. */
function translated(socket: Socket): Duplex {
	const incoming = parser({ protocolVersion: 5 });
	const outgoing = parser({ protocolVersion: 4 });
	/** How many topics each UNSUBSCRIBE named: version 5 answers for each. */
	const unsubscribed = new Map<number, number>();
	let assigned: string | undefined;
	const inner = new Duplex({
		read: () => socket.resume(),
		write: (chunk: Buffer, _encoding, done) => {
			outgoing.parse(chunk);
			done();
		},
		final: (done) => socket.end(done),
		destroy: (error, done) => {
			socket.destroy();
			done(error);
		},
	});
	incoming.on('packet', (packet: Packet) => {
		const {
			properties: _properties,
			reasonCode: _reason,
			...rest
		} = packet as Packet & { properties?: object; reasonCode?: number };
		let plain = rest as Packet;
		if (packet.cmd === 'connect') {
			if (!packet.clientId) assigned = `demo-${randomUUID()}`;
			const { properties: _will, ...will } = packet.will ?? { topic: '', payload: '' };
			const { will: _had, ...connect } = { ...packet, ...rest };
			plain = {
				...connect,
				cmd: 'connect',
				protocolVersion: 4,
				clientId: assigned ?? packet.clientId,
				...(packet.will && { will }),
			};
		} else if (packet.cmd === 'unsubscribe' && packet.messageId !== undefined) {
			unsubscribed.set(packet.messageId, packet.unsubscriptions.length);
		}
		inner.push(generate(plain, { protocolVersion: 4 }));
	});
	outgoing.on('packet', (packet: Packet) => {
		let full: Packet = packet;
		if (packet.cmd === 'connack') {
			const reasonCode = reasons[packet.returnCode ?? 0] ?? 0x80;
			const properties = assigned === undefined ? {} : { assignedClientIdentifier: assigned };
			full = { cmd: 'connack', sessionPresent: packet.sessionPresent, reasonCode, properties };
		} else if (packet.cmd === 'unsuback' && packet.messageId !== undefined) {
			const granted = new Array<number>(unsubscribed.get(packet.messageId) ?? 1).fill(0);
			full = { ...packet, granted };
			unsubscribed.delete(packet.messageId);
		}
		if (!socket.destroyed) socket.write(generate(full, { protocolVersion: 5 }));
	});
	for (const side of [incoming, outgoing]) side.on('error', () => inner.destroy());
	socket.on('data', (chunk: Buffer) => incoming.parse(chunk));
	socket.once('close', () => inner.destroy());
	return inner;
}
