/**
 * Every limit of the program, with its reason. Reaching one is never silent: a status, one log line, a counter.
 * Sizes in bytes (text: UTF-16 units), times in milliseconds.
 */
export const limits = {
	/** A frame above this is reported as `too_large` and not parsed; the largest real ones have 0.2 MB (200 containers). */
	frameSize: 1_048_576,
	/** Above this the socket itself is closed (1009): memory protection, far above what is reported politely. */
	socketPayload: 16_777_216,
	/** JSON nested deeper than this is refused: no known event has more than 8 levels, and deep nesting breaks recursive code. */
	depth: 64,
	/** Issues listed per event; the rest is counted. */
	issuesPerEvent: 100,
	/** Different notices remembered per stream, so that each is reported once. */
	noticesRemembered: 2_000,
	/** Items of one subject (disks, containers, …) that become entities. */
	itemsPerSubject: 1_000,
	/** Entities of one endpoint. */
	entities: 10_000,
	/** Happenings that one event entity remembers, so that each fires once; beyond it the oldest are forgotten. */
	happenings: 2_000,
	/** Length of a natural key in unique ids and topics, before its hash. */
	keyLength: 80,
	/** Length of a natural key, a name or any text of an entity. */
	textLength: 255,
	/** Attributes of one entity, as JSON. */
	attributesSize: 16_384,
	/** A handshake that takes longer has failed. */
	handshake: 15_000,
	/** First and longest wait between two attempts to connect; each wait is jittered. */
	backoffFirst: 1_000,
	backoffLongest: 60_000,
	/** Wait after a refusal (401, 403, 404, bad certificate) that repeating will hardly change. */
	backoffRefused: 60_000,
	/** A connection that stood this long resets the back-off. */
	backoffReset: 30_000,
	/** Client pings, and the wait for any sign of life after one. */
	pingEvery: 30_000,
	pongWithin: 15_000,
	/** A close handshake that takes longer is cut. */
	closeWithin: 3_000,
	/** One log line per cause in this time. */
	logEvery: 60_000,
	/** A REST answer that takes longer is given up. */
	restTimeout: 10_000,
	/** A command that is not answered in this time is given up: the server may still carry it out (a container may take its time to stop). */
	commandTimeout: 60_000,
	/** Wait after a command before what it changed is fetched: the server looks after its things anew. */
	refreshAfter: 500,
	/** Commands that wait for one entity's command that is under way, each at most `commandExpiry` seconds. */
	commandsWaiting: 5,
	/** Largest REST answer. */
	restBody: 8_388_608,
	/** A kept REST connection is closed after this pause: servers close theirs after 5 s and more, and a call must not meet that moment. */
	restIdle: 3_000,
	/** A REST call that was answered with 429 is repeated this often, as long as it asks to wait no longer than this. */
	restRetries: 2,
	restRetryWithin: 10_000,
	/** A server that asks for a longer wait (Retry-After) is not believed: it may be wrong by years. */
	retryAfterLongest: 600_000,
	/** Rounds of REST reads of one endpoint: at most one in this time, however often the connection flaps. */
	roundEvery: 10_000,
	/** What only REST knows is read again after this, unless set otherwise; nothing of it changes by the minute. */
	pollEvery: 300_000,
	/** With the stream down for this long REST is read instead: a restart of the server or a short loss of the network is over by then. */
	fallbackAfter: 30_000,
	/** Nothing is read more often instead of the stream: what the stream tells every 5 s is worth no request every 5 s. */
	fallbackLeast: 30_000,
	/** REST that fails again and again is left alone: the first and the longest pause. */
	restPauseFirst: 30_000,
	restPauseLongest: 600_000,
	/** A user that went away may be back at once (a node that was deployed again): the subscription is narrowed after this. */
	narrowAfter: 5_000,
	/** Bytes that wait to be sent; beyond it the peer does not read, and sending fails. */
	sendBuffer: 1_048_576,
	/** Text of a server that is shown in a message or a log line. */
	shownText: 200,
	/** Event types counted one by one per endpoint; no dialect has as many. */
	typesCounted: 500,
	/** Freshness (DESIGN, section 6): an event type is stale after `freshFactor` x its cadence, never below `freshLeast`. */
	freshFactor: 3,
	freshLeast: 90_000,
	/** Arrivals before a cadence counts as learned. */
	freshArrivals: 5,
	/** Absence between two lists counts up to this: a longer pause is a gap in the stream, in which nothing vanishes. */
	healthyGap: 900_000,
	/** A thing missing from a healthy list for this long is removed. */
	removeAfter: 86_400_000,
	/** Pause between two discovery documents of one device. */
	documentEvery: 1_000,
	/** The last document is sent once more this long after connecting (a document that came while Home Assistant still loaded a platform loses components). */
	documentAgain: 3_000,
	/** Pause between the document of a new event entity and its first event. */
	eventAfterDocument: 1_000,
	/** A change within its deadband, or of attributes that tick, is published at the latest this long after the last one. */
	minorEvery: 60_000,
	/** A document above this is split by subject. */
	documentSize: 65_536,
	/** Event entity messages that wait while the broker is away; the oldest go first. */
	eventQueue: 1_000,
	/** Messages in flight to the broker before the bridge waits. */
	publishWindow: 512,
	/** Wait for Home Assistant to get ready after its birth message, plus as much jitter again. */
	birthDelay: 2_000,
	/** The retained marker is renewed at most this often while something is published: an older one on the broker shows that it lost messages. */
	markerEvery: 60_000,
	/** Wait for our own retained messages after subscribing, and the quiet time that ends it sooner. */
	readBack: 5_000,
	readBackQuiet: 150,
	/** Wait for another bridge to say that it holds the same prefix and endpoint. */
	claimWithin: 400,
	/** What the ledger knows and nobody has reported this long after its type is fresh again is shown as gone. */
	orphanAfter: 30_000,
	/** Seconds after which the broker drops the retained word that a document's entities have moved (MQTT 5). */
	migrationExpiry: 60,
	/** Seconds after which the broker drops a command that waits for us (MQTT 5): an old command is no longer wanted. */
	commandExpiry: 30,
	/** Removals remembered for the next birth of Home Assistant. */
	removals: 1_000,
	/** Keys that one step of a filter remembers (an endpoint has no more entities); beyond it the longest unused is forgotten. */
	filterKeys: 10_000,
	/** Messages that one batch of a filter holds. */
	filterBatch: 1_000,
	/** Conditions of one filter, and patterns or values of one of its lists: far above what a person enters. */
	filterConditions: 50,
	filterPatterns: 200,
	/** A text above this fits no pattern with a wildcard: it bounds what matching costs. */
	filterText: 4_096,
	/** A user's JSONata expression is stopped after this time and this depth of calls. */
	expressionTime: 1_000,
	expressionStack: 200,
	/** Endpoints that one entity mapper node keeps apart. */
	sources: 32,
} as const;
