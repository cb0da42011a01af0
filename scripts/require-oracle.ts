import { oracleProgram } from '../test/home-assistant/oracle';

/** Says what `npm run test:ha` lacks, before anything is built or started. */
try {
	oracleProgram();
} catch (thrown) {
	console.error(thrown instanceof Error ? thrown.message : thrown);
	process.exitCode = 1;
}
