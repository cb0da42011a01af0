import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentsApiSimulator } from '../../../demo/simulators/agents-api';
import { jsonWebToken } from '../../../demo/simulators/agents-api-token';
import { AiosSimulator } from '../../../demo/simulators/aios';
import { AutosdlcSimulator } from '../../../demo/simulators/autosdlc';
import { ClaudeCodeSimulator } from '../../../demo/simulators/claude-code';
import { CustomSimulator } from '../../../demo/simulators/custom';
import { UnraidSimulator } from '../../../demo/simulators/unraid';
import { agentsApi } from '../../../src/dialects/agents-api';
import { aios } from '../../../src/dialects/aios';
import { autosdlc } from '../../../src/dialects/autosdlc';
import { claudeCode } from '../../../src/dialects/claude-code';
import { define } from '../../../src/dialects/custom';
import { unraid } from '../../../src/dialects/unraid';
import { systemClock } from '../../../src/model/clock';
import { describeDialect } from './dialect-suite';

const clock = systemClock;
const token = 'S3cret-T0ken';
const fixture = (path: string) => readFileSync(join(__dirname, '../../fixtures', path), 'utf8');

/** The frames of recordings in `test/fixtures`. */
const frames = (...paths: readonly string[]): string[] =>
	paths.flatMap((path) =>
		fixture(path)
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => (JSON.parse(line) as { readonly raw: string }).raw),
	);

describeDialect({
	dialect: unraid,
	frames: frames('unraid/encoded-typical.jsonl'),
	simulator: () => new UnraidSimulator({ clock, token }),
	token,
	sent: 'system_update',
	broken: 'text',
});

describeDialect({
	dialect: claudeCode,
	frames: frames('claude-code/document-examples.jsonl', 'claude-code/hooks-server-live.jsonl'),
	simulator: () => new ClaudeCodeSimulator({ clock, token }),
	token,
	sent: 'PreToolUse',
	broken: 'text',
});

describeDialect({
	dialect: autosdlc,
	frames: frames('autosdlc/document.jsonl', 'autosdlc/messages.jsonl'),
	simulator: () => new AutosdlcSimulator({ clock, token }),
	token,
	sent: 'agent_status',
	broken: 'text',
});

describeDialect({
	dialect: agentsApi,
	frames: frames('agents-api/document-server.jsonl', 'agents-api/usual.jsonl'),
	simulator: () => new AgentsApiSimulator({ clock }),
	token: jsonWebToken('test', Date.now() + 3_600_000),
	sent: 'system:alert',
	// Others break the packet, and end the connection.
	broken: 'huge',
});

describeDialect({
	dialect: aios,
	frames: frames('aios/document-server.jsonl'),
	simulator: () => new AiosSimulator({ clock, token }),
	token,
	sent: 'ping',
	broken: 'text',
});

describeDialect({
	dialect: define(fixture('custom/weather-station.json')),
	frames: frames('custom/weather-station.jsonl'),
	described: true,
	simulator: () => new CustomSimulator({ clock }),
	sent: 'air',
	broken: 'text',
});
