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
	/** A server by which no protocol could be told in this time after connecting waits for us to speak first, or speaks another one. */
	undecidedAfter: 10_000,
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
	/** A message on the stream that is not answered in this time counts as unanswered. */
	answerWithin: 10_000,
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
	/** Text of one setting that is JSON (a subscription, the body of a login): far above what a person writes. */
	settingSize: 65_536,
	/** A login that takes longer is given up, and its answer is no larger. */
	loginTimeout: 10_000,
	loginBody: 262_144,
	/** A token is renewed this long before it expires, or at half of its remaining life where that is later; never twice within `loginEvery`. */
	renewBefore: 60_000,
	loginEvery: 10_000,
	/** Body of a refused handshake that is read to find out what the server speaks. */
	refusalBody: 4_096,
	/** A server that is asked what it speaks, because it refuses, is waited for no longer. */
	probeWithin: 3_000,
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
	/** A connection that a deploy has closed is no outage before it has had this long to be open again. */
	returnWithin: 10_000,
	/** Bytes that wait to be sent; beyond it the peer does not read, and sending fails. */
	sendBuffer: 1_048_576,
	/** Text of a server that is shown in a message or a log line. */
	shownText: 200,
	/** Event types counted one by one per endpoint; no dialect has as many. */
	typesCounted: 500,
	/** Freshness (`entities/freshness.ts`): an event type is stale after `freshFactor` x its cadence, never below `freshLeast`. */
	freshFactor: 3,
	freshLeast: 90_000,
	/** Arrivals before a cadence counts as learned. */
	freshArrivals: 5,
	/** Absence between two lists counts up to this: a longer pause is a gap in the stream, in which nothing vanishes. */
	healthyGap: 900_000,
	/** A thing missing from a healthy list for this long is removed. */
	removeAfter: 86_400_000,
	/** The first entities wait this long for their device's name, of which Home Assistant makes ids for good: longer than the slowest server takes to tell it. */
	deviceWithin: 20_000,
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
	/** Removals remembered for the next birth of Home Assistant: a tenth of a kilobyte each in the ledger, which is written as a whole. */
	removals: 500,
	/** The ledger is written this late at the latest where only bookkeeping changed: what a crash may cost is done once more. */
	ledgerEvery: 600_000,
	/** Energy totals and the like are kept beside the ledger so often at most: what a crash may cost. */
	memoryEvery: 300_000,
	/** The command line waits so long for what an earlier run kept at the broker, and then starts without. */
	recallWithin: 10_000,
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
	/** An expression that was stopped this often in a row is not evaluated any more: each time costs `expressionTime`. */
	expressionStops: 3,
	/** Values that one step of an expression or path may give. */
	expressionSequence: 100_000,
	/** Length of one expression, and of what it pads. */
	expressionLength: 2_000,
	/** Events that wait for a user's rows to be evaluated; the oldest go first. */
	rowsWaiting: 1_000,
	/** Endpoints that one entity mapper node keeps apart. */
	sources: 32,
	// autosdlc
	/** Agents of one endpoint: far more than one person watches; beyond it the one that was silent longest leaves, as does one silent for a day. */
	autosdlcAgents: 50,
	autosdlcAgentLife: 86_400_000,
	/** Places for workflows; one that was silent for a day leaves its place. */
	autosdlcWorkflows: 10,
	autosdlcWorkflowLife: 86_400_000,
	/** Environments that are deployed to, and components of one deployment that are listed. */
	autosdlcDeployments: 20,
	autosdlcComponents: 50,
	/** Happenings of one kind that are listed. */
	autosdlcHappenings: 20,
	/** Ids of messages and finished tasks that are remembered, so that each counts once. */
	autosdlcSeen: 1_000,
	/** Subscriptions of one endpoint. */
	autosdlcSubscriptions: 50,
	/** Messages that wait for a connection, their size together, and how long they are worth sending. */
	autosdlcQueue: 100,
	autosdlcQueueSize: 1_048_576,
	autosdlcQueueExpiry: 300_000,
	/** AIOS: jobs and DAG runs that are shown, each in a numbered place; the oldest finished one makes room. */
	aiosJobs: 8,
	aiosRuns: 6,
	/** AIOS: agents that are shown; a server has a handful. */
	aiosAgents: 32,
	/** AIOS: what was not heard of for this long is gone: no job, run or agent of a living server is silent for a day. */
	aiosLifetime: 86_400_000,
	/** AIOS: where every place is taken, what has not ended makes room for something new only after so long a silence. */
	aiosIdle: 600_000,
	/** AIOS: unfinished jobs and runs that are counted, besides those that are shown. */
	aiosOpen: 2_000,
	/** AIOS: steps of one run that its attributes list, and the length of each text in them: together below `attributesSize`. */
	aiosSteps: 30,
	aiosStepText: 60,
	/** AIOS: happenings that one event entity has at hand; each is fired at once, so that this bounds one burst. */
	aiosHappenings: 20,
	/** AIOS: events remembered so that a resync does not count them twice. */
	aiosRepeats: 5_000,
	/** AIOS: types and DAG runs subscribed at most, and agents of one filter; the DAG runs that finished first are dropped. */
	aiosSubscribed: 50,
	aiosFiltered: 100,
	/** AIOS: the resync message of a user, as JSON. */
	aiosResync: 4_096,
	/** AIOS: a server that pings every 30 s and is silent for this long (two and a half pings) is gone. */
	aiosSilent: 75_000,
	/** AIOS: a server that closes this soon after the authentication, with nothing but a greeting, did not accept it. */
	aiosAccepted: 5_000,
	/** AIOS: so many such closings in a row are shown as a refusal. */
	aiosTurnedAway: 3,
	/** AIOS: times may be cut to the second: an event counts as older than a reconnect only by more than that. */
	aiosTimeGrain: 1_000,
	/** Custom: the definition as JSON, and its depth. */
	definitionSize: 262_144,
	definitionDepth: 32,
	/** Custom: rules, types, rows, and messages of one occasion: far above what a person writes. */
	definitionRules: 200,
	definitionRows: 500,
	definitionMessages: 20,
	/** Custom: items that one frame may hold. */
	definitionItems: 1_000,
	/** Custom: messages that wait for their expressions to be evaluated. */
	definitionSends: 100,
	/** Agents API: rooms that a user names, and rooms that are followed of each kind (agents, tasks): a server keeps every one of them. */
	agentsApiRooms: 200,
	agentsApiFollowed: 50,
	/** Agents API: a room that is not confirmed in this time is asked for once more; none makes way sooner for another. */
	agentsApiConfirmWithin: 10_000,
	/** Agents API: what was not heard of for this long may make way for something new. */
	agentsApiIdle: 600_000,
	/** Agents API: a heartbeat (every 25 s) without answer for longer means that the server is gone: one interval and a slow answer. */
	agentsApiAckWithin: 40_000,
	/** Agents API: agents that become entities; tasks that are shown, and tasks that are counted by their state. */
	agentsApiAgents: 100,
	agentsApiTaskSlots: 10,
	agentsApiTasks: 1_000,
	/** Agents API: agents and tasks that were not heard of for this long leave. */
	agentsApiLifetime: 86_400_000,
	/** Agents API: a stream that is silent for longer (heartbeats are acknowledged every 25 s) says nothing about the agents. */
	agentsApiPause: 60_000,
	/** Agents API: an event that is older than one before it by more than this was not overtaken: the server's clock was set back. */
	agentsApiOvertaken: 300_000,
	/** Agents API: happenings that an event entity's item lists. */
	agentsApiHappenings: 20,
	/** Agents API: events that are remembered, because one comes once per room; without timestamp only for this time. */
	agentsApiRepeats: 2_000,
	agentsApiRepeatWithin: 2_000,
	// alert
	/** Rules of one alert node, and the length of a template and of what it makes: far above what a person writes or reads. */
	alertRules: 200,
	alertText: 2_000,
	/** Alerts of one severity that are told within an hour; then one summary, and the rest waits. */
	alertsPerHour: 30,
	/** Nothing is judged this long after the start, and nothing replayed or fetched before it stood this long: first pictures are partial. */
	alertGrace: 30_000,
	/** Entities that one alert node watches, what its rules remember of them, mutes, and cleared alerts that are kept to look at. */
	alertEntities: 20_000,
	alertStates: 50_000,
	alertMutes: 200,
	alertsPast: 200,
	/** Endpoints that one alert node makes entities about. */
	alertServers: 200,
	/** A tick that comes this much later than asked for was no delay: the clock was set, or the machine slept. */
	alertClockJump: 60_000,
	/** Values that a rate of change is taken from. */
	alertSamples: 60,
	/** What happens and is over counts as over after this, unless the rule says otherwise. */
	alertMomentary: 3_600_000,
	/** What happens again while its alert stands is told again, with its count, at most this often. */
	alertAgain: 60_000,
	/** An alert from before a restart whose entity is not seen again for this long, while its endpoint is, belongs to nothing. */
	alertForget: 86_400_000,
	// Claude Code
	/** Source apps of one endpoint that become entities; beyond it the one that was idle longest leaves. */
	claudeApps: 20,
	/** Sessions of one app at one time that become entities: more than a person runs beside each other in one project. */
	claudeSlots: 5,
	/** Components of one endpoint. */
	claudeComponents: 50,
	/** An app or component that was not heard of for this long leaves. */
	claudeLifetime: 86_400_000,
	/** A session that works sends an event with every tool call; silent for this long (no tool runs longer by default) it is idle. */
	claudeIdleAfter: 900_000,
	/** A session that said nothing for this long has ended without a word. */
	claudeEndedAfter: 43_200_000,
	/** Metrics come with alerts and health checks, at no known interval; older ones tell nothing of now. */
	claudeMetricsFor: 900_000,
	/** Tool calls and subagents remembered per session, and agents per endpoint. */
	claudeCalls: 200,
	claudeAgents: 50,
	/** Events remembered so that history counts none twice: the server repeats up to 300. Sessions likewise. */
	claudeSeen: 2_000,
	/** Happenings that one event entity's item lists. */
	claudeHappenings: 20,
	/** Events of one frame; the server sends up to 300. */
	claudeBatch: 1_000,
	/** Events of one session that come in another order than their times say by up to this are late; by more, two clocks wrote them. */
	claudeLate: 5_000,
	/** A sender's clock that is further off than this is not believed: the time of receipt counts. */
	claudeSkew: 600_000,
	/** A heartbeat that plans the next one later than this is not believed. */
	claudeHeartbeatLongest: 3_600_000,
} as const;
