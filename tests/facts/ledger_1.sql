BEGIN TRANSACTION;
CREATE TABLE apimart_addresses (
    url_hash TEXT PRIMARY KEY, url TEXT NOT NULL, content TEXT NOT NULL, source TEXT NOT NULL,
    expires_at DOUBLE PRECISION, etag TEXT, last_modified TEXT, length BIGINT,
    remembered_at DOUBLE PRECISION NOT NULL);
CREATE TABLE apimart_entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, realm TEXT NOT NULL, fingerprint TEXT NOT NULL,
    family TEXT NOT NULL, model TEXT NOT NULL, take BIGINT NOT NULL, prompt TEXT NOT NULL, state TEXT NOT NULL,
    idempotency_key TEXT NOT NULL, account TEXT NOT NULL, queue_run TEXT, body TEXT, addresses TEXT,
    billed_units DOUBLE PRECISION, estimate_usd DOUBLE PRECISION,
    created_at DOUBLE PRECISION NOT NULL, asked_at DOUBLE PRECISION NOT NULL,
    sent_at DOUBLE PRECISION, sent_by TEXT, ticketed_at DOUBLE PRECISION, task_id TEXT, request_id TEXT,
    status TEXT NOT NULL, progress DOUBLE PRECISION, estimated_seconds DOUBLE PRECISION, standing TEXT,
    ended_at DOUBLE PRECISION, cost_usd DOUBLE PRECISION, actual_seconds DOUBLE PRECISION, urls TEXT,
    expires_at DOUBLE PRECISION, reason TEXT NOT NULL, fetched_at DOUBLE PRECISION,
    lease_owner TEXT, lease_until DOUBLE PRECISION, resolution TEXT NOT NULL, superseded_at DOUBLE PRECISION);
INSERT INTO "apimart_entries" VALUES(1,'462146cfdb8a4e139e5882da5e4a82c4','live','ce46746805dfd4e565fd327993f074aeeb00b44d1de48f887b14263f484d2fa8','APIMartSora2','sora-2',0,'a finished cat','fetched','comfyui-05cb740ad12e4645a84f5ce85277874a','key-1',NULL,'{"prompt":"a finished cat","model":"sora-2","duration":4,"resolution":"720p","aspect_ratio":"16:9"}','[]',4.0,0.32,1795000000.0,1795000000.0,1795000000.0,'me',1795000000.0,'task_01K8SGYNNNVBQTXNR4MM964S7K','req-1','completed',100.0,NULL,'{}',1795000000.0,0.32,NULL,'["https://files.example/1.mp4"]',NULL,'',1795000000.0,NULL,NULL,'',NULL);
INSERT INTO "apimart_entries" VALUES(2,'5dd7a09fede4422a97798bc6e0f5a40d','live','4488d20c2cebba0a87fa1678fc6d4ccc4562e854473a9e62da61bc7225efd50a','APIMartSora2','sora-2',0,'a lost cat','intended','comfyui-8ae9d97dea2e4d9783bc6ed9dd90eb02','key-1',NULL,'{"prompt":"a lost cat","model":"sora-2","duration":4,"resolution":"720p","aspect_ratio":"16:9"}','[]',4.0,0.32,1795000000.0,1795000000.0,1795000000.0,'me',NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,'',NULL);
CREATE TABLE apimart_facts (
    name TEXT PRIMARY KEY, value TEXT, until DOUBLE PRECISION NOT NULL);
CREATE TABLE apimart_files (
    entry_id TEXT NOT NULL REFERENCES apimart_entries (id), position INTEGER NOT NULL,
    path TEXT NOT NULL, kept_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (entry_id, position));
INSERT INTO "apimart_files" VALUES('462146cfdb8a4e139e5882da5e4a82c4',0,'"/out/1.mp4"',1795000000.0);
CREATE TABLE apimart_migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at DOUBLE PRECISION NOT NULL);
INSERT INTO "apimart_migrations" VALUES(1,'the books',1795000000.0);
CREATE UNIQUE INDEX apimart_one_current_entry ON apimart_entries (realm, fingerprint) WHERE superseded_at IS NULL;
CREATE INDEX apimart_entries_by_task ON apimart_entries (task_id);
CREATE INDEX apimart_entries_by_state ON apimart_entries (state);
CREATE INDEX apimart_entries_by_day ON apimart_entries (sent_at);
CREATE INDEX apimart_entries_by_run ON apimart_entries (queue_run);
CREATE INDEX apimart_files_by_path ON apimart_files (path);
CREATE INDEX apimart_addresses_by_content ON apimart_addresses (content);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('apimart_entries',2);
COMMIT;
