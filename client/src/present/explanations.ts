/**
 * What docs/errors.md says of every code. Made by scripts/explanations.mjs: change the document, and run that again.
 * A line `# NAME …` has the classes and lists that the codes below it belong to; a code has its meaning and its advice.
 */

/** Lines of text. */
export const EXPLANATIONS = `
# Refusal RelayError ServiceError
request_malformed | The body, the query or the path cannot be read. | Compare with docs/protocol.md; retrying does not help.
request_too_large | The body or q exceeds its limit; or the session's stored state no longer fits one message (64 MiB). | Send less. In the second case split the accounts over several sessions.
request_timeout | Headers took longer than 10 s, or the whole request longer than 30 s. | Send it in one go.
headers_too_large | Request line and headers have more than 16 KiB together. | Send less; q has at most 4,096 characters.
method_not_allowed | The route exists, its methods are in Allow. | Compare with docs/protocol.md §7.
submission_unreadable | The submission does not open under the handshake key it names. | Check key derivation and additional data (docs/protocol.md §3).
submission_refused | The submission opened and was refused; the reason is sealed. | Open sealed; see the sealed codes and ExchangeError.
unknown_handshake_key | The handshake key was rotated away, or the enclave restarted. | Ask for a new quote, verify it, submit again. The SDK does so once.
replayed_submission | This ephemeral key was used before under this handshake key. | Draw a new ephemeral key for every submission.
ttl_out_of_range | The time to live is not between 60 s and 604,800 s. | Choose one that is.
nonce_out_of_range | The nonce is not base64url of 16 to 64 bytes. | Send 32 random bytes.
session_unknown | No such session, or not a session id. | Register again. It may have been revoked, or erased after its end.
session_expired | The session's time to live is over. | Register again; renew earlier next time.
session_lost | The session had persistence: "memory" and the enclave restarted. | Register again.
query_unreadable | The sealed query or renewal does not open under this session. | Check keys and additional data (docs/protocol.md §4).
query_refused | The query opened and was refused; the reason is sealed. | Open sealed.
renewal_replayed | The counter of the renewal is not above the last one. | Count up with every renewal.
sync_pending | The account has not been read to its end for the first time. | Ask again after retry_after_ms; sealed tells the progress. The SDK waits by itself.
state_rejected | The stored state does not verify: altered, swapped, cut, or sealed under another root. | Operator: restore the store, or let the session go. Client: register again, and ask the operator why.
state_version_unsupported | The stored state was written in a format that this version does not read. | Operator: run the version that wrote it, or let the session go.
sessions_full | No room for another session in memory: of all, of this source (an eighth), or of this venue account (four). | Try later, or use persistence: "sealed".
genesis_mismatch | The stored root is not one that a genuine enclave of this deployment drew. | Operator: restore the genesis record, or list the old image as a predecessor. Do not delete it: all sealed sessions depend on it.
kms_unavailable | KMS was not reached or refused, or the parent has no credentials. | Operator: the enclave's log has the KmsError code (kms_failed).
deployment_refused | The enclave refused the KMS key or the role that the parent named. | Operator: KMS_KEY_ARN and KMS_ROLE_ARN of the parent; the enclave's log has the reason (boot_refused). An enclave that serves keeps the key it began with: start it anew.
enclave_not_ready | The enclave has no keys yet, or is ending. | Try again shortly.
enclave_unavailable | The parent cannot reach the enclave. | Try again; operator: is it running?
overloaded | Too many requests are under way. | Try again after retry_after_ms.
deadline_exceeded | The enclave did not answer in time. | Try again; a change may have taken place.
frame_malformed | Parent and enclave do not understand each other. | Operator: run matching versions.
store_unavailable | The store cannot be read or written. | Operator: disk, permissions, space.
state_conflict | The session changed at the same time. | Try again.
rate_limited | This address has used up its requests (RATE_LIMIT_MAX in RATE_LIMIT_WINDOW). | Wait as long as Retry-After says.
route_unknown | There is no such route. | Compare with docs/protocol.md §7.
internal | A fault that has no code of its own. | Report it with request_id.
# SealedRefusal
payload_malformed | Fields of the payload are wrong, missing or unknown; the message names them, never their values. | Correct them.
duplicate_account | The same key, or two keys of the same venue account. | Hand each account over once.
excessive_permissions | The key can trade. | Use a read-only key, or say allowTradingKeys: true; reports disclose it.
withdrawal_permission | The key can withdraw or send to other customers. Never accepted. | Use a read-only key.
read_permission_missing | The key cannot read. | Give it read permission.
parameters_malformed | Parameters of a query are wrong, the session has no such account, or the period ends before it begins. | Correct them.
period_empty | No whole UTC day lies in the period of a report. | Choose a longer one.
asset_unpriced | The session's marks do not price the benchmark, or its currency in the one that was asked for. | Ask for another benchmark or currency.
account_mode_unsupported | The account is in a mode that is not read, such as portfolio margin. | Register an account without that mode.
history_incomplete | Not everything that could have moved the accounts was read, so no report is made of them. | While the first reading goes on, wait: the SDK does. Otherwise metrics names what is missing: give the key the permission to read it, or ask for allowPartial, which the report states.
account_unreadable | Reserved: nothing raises it in this version (the ExchangeError code is told instead). | See ExchangeError.
# ExchangeError
exchange_unsupported | The venue, the account type or a wallet account is not supported. | Only Binance with an API key in this version.
exchange_symbol_unknown | A symbol is not listed at the venue. | Correct symbols, or leave them out.
exchange_auth | The venue does not know the key, or does not accept its signature. | Check key and secret.
exchange_key_restricted | The venue knows the key, but refuses it to this address or for this part of the account. | A key that is bound to addresses needs those in egress_addresses of ./perf-aggregator quote. Give the key the permission to read, and to read futures and margin where the account uses them.
exchange_rate_limited | The venue allows no more calls for now. | Nothing: it is tried again later.
exchange_unavailable | The venue or the way to it failed. | Nothing: it is tried again later.
exchange_clock | The venue finds the enclave's clock wrong, by a minute or more. | Operator: correct the clock.
exchange_not_offered | The venue does not offer an endpoint to an account of this kind. | Nothing: the engine passes over it.
exchange_bad_response | The venue's answer is not what its documentation says. | Report it with the venue's name.
exchange_untrusted | The host is not on the measured allowlist, its certificate or pinned key was refused, or it redirected. Never retried. | Operator: somebody stands in the way, or the venue changed its certificates.
exchange_region_refused | The venue refuses the address that it sees, or its region, whatever the key: HTTP 451, or 403 from the firewall before it. Never retried within a call. | Nothing is wrong with the key. Operator: Binance does not serve the USA, so deploy in another region; a firewall's 403 may also end by itself (5 minutes to 3 days).
# EgressError
egress_host_denied | The measured allowlist does not name the host and port; nothing was dialled. | Another image has another list.
egress_refused | The parent's proxy refused the target (403). | Compare EGRESS_ALLOW with the measured list; see the proxy's reason in the parent's log.
egress_unreachable | The proxy or the target cannot be reached, or hung up. | Network, or the parent's proxy.
egress_timeout | No answer in time. | The same.
egress_protocol | The proxy's answer is not a bounded HTTP/1.x head. | The proxy is not ours.
egress_tls | The certificate or the handshake was refused. | Interception, or a CA that the bundle does not have.
egress_pin_mismatch | The certificate verifies, its key is not pinned. | Interception, or a new key of the venue: it needs a new image.
egress_overloaded | More connections at once than allowed. | It is tried again.
egress_url_refused | Not an https URL. | A fault of ours: report it.
egress_redirect_refused | The target answered with a redirect; none is followed. | The venue moved, or is not the venue.
egress_response_too_large | The answer is longer than 32 MiB, compressed or not. | Report it.
egress_response_malformed | The answer's body does not decode. | Report it.
# EGRESS_REFUSALS
head_malformed | Not CONNECT name:port HTTP/1.1, or longer than 4 KiB. Address literals are refused here. | Only the enclave should dial the proxy.
head_timeout | No whole head in 5 s. | The same.
host_denied | EGRESS_ALLOW does not name the host and port. | Compare it with the measured list.
address_refused | The name leads to addresses that are not public only. | Look at the name service.
name_not_found | The name has no address. | The same.
connect_failed | No address of the target accepts. | Network, firewall.
connect_timeout | The last address tried did not answer in 5 s. | The same.
overloaded | More than 512 connections. | Look for a leak or an attack.
draining | The parent is ending. | Nothing.
# KmsError
kms_envelope_malformed | CiphertextForRecipient is not the CMS that KMS writes. | Report it.
kms_envelope_unopened | It does not open with this call's key. | Somebody altered it, or a fault of ours.
kms_access_denied | Key policy or IAM refuse the role, the measurements or the attestation. The message says which PCRs the live policy wants and which were sent, if the policy can be read. | Compare the policy with the image's PCRs and the role: kms-policy --check.
kms_credentials_expired | The role's credentials have expired. | Restart the parent with new ones.
kms_credentials_invalid | AWS does not accept the credentials or their signature. | Check them, and the clock.
kms_clock_skewed | AWS finds the time of the signature too far from its own, even after the SDK corrected it. | Correct the clock of the machine.
kms_ciphertext_invalid | The blob is not of this key, or of another encryption context. | Configuration and stored genesis record do not belong together.
kms_key_unusable | The key does not exist, is disabled or about to be deleted. | Enable it. Without it all sealed state is lost.
kms_key_mismatch | KMS answered with another key than the configured one. | Check the ARN.
kms_request_refused | KMS refused the request as such, a stale attestation document included. | Check the enclave's clock.
kms_throttled | Too many requests. | It is tried again.
kms_unavailable | KMS cannot be reached in time, or failed inside. | Network, EGRESS_ALLOW.
kms_bad_response | KMS answered without what it must, or with more than it may. | Report it.
# NsmError
nsm_absent | There is no /dev/nsm, or no driver behind it. | Run the image in a Nitro Enclave, with a kernel that has the nsm driver. The local world (simulate) brings a module of its own.
nsm_denied | This user may not open or use the device. | Run as root, or give the user read and write permission.
nsm_not_a_device | What lies there is a file, or another driver's device. | Mount devtmpfs at /dev; nothing else may put a file there.
nsm_unsupported | This installation was built without the native part that speaks to the device. | Build it: scripts/build-nsm.sh.
nsm_failed | The driver failed, or the module did not answer in time. The message has the name of errno. | Debug console of the enclave; start it anew.
nsm_refused | The module refused the request; the message has its word (InvalidIndex, InternalError, …). | Report it.
nsm_input_too_large | An input of an attestation document exceeds 1,024 bytes, or a request 4 KiB. | A fault of ours: report it.
nsm_request_invalid | A request that no module could take. | A fault of ours: report it.
nsm_response_malformed | The module's answer is not what AWS's nsm-api defines, or answers another question. | Report it, with the module's version (booting in the log).
# EntropyError
entropy_missing | The kernel's generator is fed neither by the module's driver (rng_current is not nsm-hwrng) nor could it be seeded from the module. | Use a kernel with the nsm driver as its hw_random, or let the process write to /dev/urandom.
# EnclaveConfigError
enclave_config_unreadable | /etc/perf-aggregator/enclave.json or ca.pem is missing, or the first is no JSON. | Build the image with both (enclave/image).
deployment_invalid | What the parent names at boot is not the ARN of a KMS key (no alias) and that of a role, or not those the enclave serves with. | The public code is deployment_refused.
enclave_config_invalid | Fields are missing, unknown or out of range; the message names each, never its value. | docs/configuration.md; build the image again.
# HardeningError
environment_refused | A variable is set by which Node or OpenSSL would run other code, or trust other certificates, than was measured. | Unset the variables named.
options_refused | Node was started with other options than --disallow-code-generation-from-strings (needed) and --disable-sigusr1: --inspect and --import among them. | Start it as Dockerfile.enclave does.
fetch_forbidden | Something in the enclave asked the platform's own fetch for a host. | A fault of ours: report it.
# TransportError
endpoint_malformed | Not vsock://CID:PORT or unix:/ABSOLUTE/PATH. | Correct it.
endpoint_path_too_long | The socket's path has more than 100 bytes; the system would cut it silently. | Use a shorter folder.
endpoint_unsupported | A vsock endpoint where the native part was not built, or the kernel has no AF_VSOCK. | Build it (scripts/build-vsock.sh), load the module, or use unix:.
endpoint_in_use | Somebody already listens there. | End the other process.
endpoint_not_local | The vsock CID to listen at is not one of this machine. | Use 4294967295, which stands for all of its own.
endpoint_denied | This user may not use the vsock endpoint. | Ports below 1024 need CAP_NET_BIND_SERVICE.
dial_failed | Nobody listens, or listening is not possible. | Is the other side up? Permissions?
dial_timeout | No answer in time. | The same.
frame_malformed | The peer broke the rules of frames or messages. | Run matching versions; otherwise an attack.
message_too_large | A message of more than 64 MiB. | See request_too_large.
channel_closed | The connection is closed, or the peer could not answer. | It is dialled again; requests are not repeated.
channel_overloaded | More than 256 requests under way. | Try again.
deadline_exceeded | No reply in time. | Try again; it may have acted.
# REFUSALS
overloaded | Too many requests, or too many unfinished bytes. | Becomes channel_overloaded.
deadline_exceeded | The time that the caller gave is over. | Becomes deadline_exceeded.
message_too_large | The message, or its answer, is larger than allowed. | Becomes message_too_large.
failed | The handler failed; the peer is told nothing more. | Becomes channel_closed.
# CodecError
cbor_malformed | Not one strict CBOR item, or a value that our CBOR cannot say. | Refuse the input.
cbor_limit_exceeded | Deeper, or more items, than allowed. | Refuse the input.
base64_malformed | Not strict base64 or base64url: one encoding per byte string. | Refuse the input.
hex_malformed | Not an even number of hexadecimal digits. | Refuse the input.
json_not_canonicalizable | A value that canonical JSON (RFC 8785) cannot say. | Refuse the input.
json_malformed | Not JSON, or nested deeper than 64. | Refuse the input.
json_member_twice | An object says a member twice; readers differ in which one they take. | Refuse the input.
# CryptoError
aead_open_failed | A box does not open, whatever was wrong with it. | Refuse it.
key_invalid | A key or nonce of the wrong length. | A fault of the caller.
shared_secret_zero | The peer's X25519 key is a point of small order. | Refuse the peer.
# VerificationError
document_malformed | Not one strict CBOR item of at most 16 KiB. | Do not trust it. Is the file an attestation document?
cose_malformed | Not a COSE_Sign1 array of four, untagged or tag 18. | Do not trust it.
cose_header_invalid | The protected header is not exactly ES384, or the unprotected one is not empty. | Do not trust it.
signature_malformed | The signature is not 96 bytes r ‖ s with 1 ≤ r, s < n. | Do not trust it.
payload_malformed | A mandatory field is missing or wrong. | Do not trust it.
not_an_enclave | The document has registers of a NitroTPM (nitrotpm_pcrs), or its module id is not an enclave's (i-…-enc…). The document of an EC2 instance's NitroTPM is signed under the same AWS root, but speaks of an instance and not of an enclave: its owner can read all of its memory. Signature and chain of one with nitrotpm_pcrs were not judged. | Do not trust it as an enclave. Ask for the document that the enclave got from /dev/nsm.
payload_optional_invalid | public_key, user_data or nonce is neither null nor at most 1,024 bytes. | Do not trust it.
signature_invalid | The leaf certificate did not sign these bytes. | Altered: do not trust it.
root_untrusted | The chain does not lead to a trusted root. | A simulation needs its own root (--root); otherwise do not trust it.
certificate_malformed | A certificate is not strict DER, X.509 v3, ECDSA P-384 with SHA-384. | Do not trust it.
chain_invalid | A certificate is not issued by the one above it. | Do not trust it.
certificate_not_yet_valid | The instant of verification is before a certificate's validity. | Check the clock.
certificate_expired | The instant of verification is after a certificate's validity. | Leaves live for hours: judge archived evidence with --at document.
certificate_constraint_violated | Basic constraints, path length, key usage, or an unknown critical extension. A leaf may have neither a path length nor keyCertSign. | Do not trust it.
# EifError
eif_magic_invalid | The file does not begin with .eif. | Is it an enclave image?
eif_version_unsupported | Not format version 4. | Build it with a current nitro-cli.
eif_truncated | The file ends before its header or a section does. | Fetch it again.
eif_header_invalid | The header counts no sections, or more than 32, or carries unknown flags. | Do not start it.
eif_sections_overlap | Two sections share bytes: readers would see two images. | Do not start it.
eif_layout_invalid | Bytes of the file belong to no section. | Do not start it.
eif_section_oversized | A section is larger than its kind may be (signature 64 KiB, metadata 1 MiB). | Do not start it.
eif_section_invalid | A section's own header disagrees with the table, or names no known type. | Do not start it.
eif_sections_incomplete | Kernel, command line or ramdisk is missing, or there are several where one belongs. | Build it again.
eif_crc_mismatch | The checksum of the file is another than its header says. | Fetch it again.
eif_signature_malformed | The signature section is not what nitro-cli writes, or not made by ECDSA P-384. | Sign it with a P-384 key.
eif_signature_invalid | The signature does not hold under its certificate, or was made for another PCR0. | Do not start it: sign it again.
# PolicyError
policy_empty | Neither measurements nor an explicit any-image. | Say which image you expect (--pcr), or that any will do (--any-image); trust add keeps it.
policy_invalid | What is expected cannot be: a measurement is not hex of 32, 48 or 64 bytes under an index 0..31, or is zero (as in debug mode: no image measures so); an image comes without PCR0; a member is unknown (public_key for publicKey, root for roots), or has the wrong type. Policies and options of documents, policies of reports, and expect of the SDK alike. A role's ARN or an instance's id is none (pcr3OfRole, pcr4OfInstance). | Correct it; the message names the member and those that there are.
instant_invalid | The caller did not say when to judge: by a clock, at an instant, or at the document's own time; a report, at which milliseconds. | Choose one.
root_invalid | A root that the caller trusts is no certificate of the Nitro profile, or the roots are no list. | Check the file of the root.
unknown_field | The payload has a field that this version does not know, and the policy refuses such. | Allow it, or use a version that knows it.
debug_mode | PCR0 is zero or missing: the operator can read the enclave's memory. | Do not send it secrets.
pcr_mismatch | Another image. | Do not trust it, unless you know and accept that image.
nonce_mismatch | The document answers another question. | Ask again; otherwise a replay.
document_not_fresh | Made more than 5 minutes before or after the instant of verification. | Check the clock; otherwise a replay.
public_key_mismatch | Another key is attested than the one expected. | Do not use that key.
user_data_mismatch | Other user data are attested than those expected. | Do not trust it.
# ReportError
bundle_malformed | Not JSON of exactly version, sdJwt, attestation, each of them once, in at most 4 MiB. | Ask for the file again.
attestation_type_wrong | The attestation document was made for something else than a report. | Refuse it.
report_digest_mismatch | The attestation document commits to another JWT. | Refuse it.
report_signature_invalid | Not signed by the attested report key, or not with our header. | Refuse it.
disclosure_invalid | A disclosure is malformed, repeated, or belongs to no digest. | Refuse it.
schema_invalid | A claim that nobody may withhold is missing, or a claim has the wrong form. | Refuse it; a newer verifier may be needed.
audience_mismatch | Made for another audience. | Ask for one that is made for you.
report_nonce_mismatch | Answers another challenge. | Ask for one that answers yours.
report_expired | Expired, or dated in the future, at the instant of verification. | Ask for a new one.
claims_contradict_attestation | Configuration, KMS policy or environment are not what the hardware vouched for. | Refuse it.
kms_policy_mismatch | The state of the key's policy is not the one demanded (--kms-policy). | Your decision: docs/threat-model.md.
issue_time_mismatch | More than 60 s between the JWT and its attestation document. | Refuse it.
arithmetic_invalid | The numbers contradict each other. | Refuse it, and report it.
# InputError
ledger_decimal_malformed | Not a decimal of at most 40 digits before and after the point. | Correct the input.
ledger_entry_malformed | A ledger entry lacks something or contradicts itself. | Correct the input.
ledger_market_unsupported | A market other than spot. | Not in this version.
ledger_mark_malformed | A price is not what it claims to be. | Correct the input.
ledger_snapshot_malformed | A balance snapshot is not what it claims to be. | Correct the input.
analytics_range_invalid | A bound of a period is no instant, or the period ends before it begins. | Correct it.
analytics_parameter_invalid | A rate or another parameter is out of range. | Correct it.
# UNDEFINED_REASONS
noData | No return in the period. | Choose another period.
tooFewObservations | Fewer returns than the metric needs. | Choose a longer period.
zeroVariance | All returns are equal, or differ in such a way that the ratio seems to have no error. | Nothing.
zeroDenominator | The denominator is zero. | Nothing.
noLosses | There is no loss to divide by. | Nothing.
nonPositiveNav | The account's value was not above zero. | Nothing.
noConvergence | The solver found no root, or no double holds the result. | Nothing.
missingBenchmark | No benchmark was given, or one without returns. | Give one.
unknownValue | A value that the metric needs is not known, for example the volume of a market. | Nothing.
belowReference | The result is not above what it is compared with, so the question has no answer. | Nothing.
# SecurityError
expectations_missing | expect was not given. | Say which measurements you expect.
config_mismatch | The enclave runs under another configuration than expect.configSha256. | Send nothing; ask the operator.
quote_malformed | No quote, or a document that was not made as one. | Send nothing.
kms_policy_unacceptable | The state of the KMS key's policy is not the one in expect.kmsPolicy; without that and without expect.configSha256, not locked. | Ask the operator for the config_sha256 of their deployment and name it, or name the state that you accept: docs/threat-model.md.
response_unreadable | A reply does not open under this session. | Somebody altered it, or it is another session's.
response_mismatch | A reply answers another question, or is of another session. | Somebody altered the query or replayed a reply.
rollback_detected | A state older than, or different from, the one seen before. | The operator restored a backup, or cheats. Do not trust the numbers.
# ClientError
not_registered | There is no session yet. | Call register().
already_registered | This client has a session. | Use a new client for another one.
session_malformed | Not an exported session of version 1. | Register again.
service_unreachable | No HTTP answer. Exit code 3. | Check --url, network, service.
service_malformed | An answer that is not the service's. | Is a proxy in between?
sync_timeout | The account was not read within the time to wait (10 minutes). | Ask again later.
disclosure_unknown | A metric to disclose is not in the report; the message lists those that are. | Choose one of them.
# UsageError
option_invalid | An option is unknown, missing or impossible, is given twice, or contradicts another; or no command is named; or explain and trust remove know nothing of that name. | --help of the command says what it takes.
file_unreadable | A file cannot be read. | Check path and permissions.
input_too_large | Evidence, or a file to judge it by, is longer than 4 MiB. It was not read; of a stream no more than that was. | No bundle and no document is so long: ask for the file again.
file_unwritable | A session or a report cannot be written: a folder of that name, no parent, no permission, a full disk. Told before keys are sent or a report is asked for; what was there stays. | Read the message; choose another PERF_AGGREGATOR_HOME or --out.
output_failed | Standard output cannot be written (a full disk). Nothing is said of a reader that went away: exit code 141. | Make room, ask again.
secret_missing | A key or secret was not given, and there is no terminal to ask on. | Set the variable, or name a file.
session_missing | No session file matches. | register first.
input_malformed | A file is not what it should be; the file of a session tells of another session than its name, or an id is none. | Correct it.
trust_unsafe | The file of what is trusted could be somebody else's: it was not written by this user's trust add, is a link, has a second name, belongs to another user, or others may write it or its folder; or it is of the world of another folder. | Read the message. Take the file away and trust add anew; or say on the command itself what you trust.
# AnalyzeError
analyze_unrecognized | The file holds nothing that analyze knows: no column return, nav or side, no member returns, navs or trades. | See docs/analyze.md.
analyze_option_unsupported | A period was asked of a file without dates, or a period or a window of trades or a matrix. | Give the file dates, or leave the option out.
analyze_malformed | A value is not what its place asks for. The message says where: line and column of a table and of broken JSON, the path in an object. | Correct it.
# MeasurementsError
measurements_malformed | It is no measurements.json of this format, or says a member twice; every faulty member is named. Or it is nitro-cli's output without all of PCR0, PCR1 and PCR2, or with a checksum or signature that nitro-cli found wrong. | Fetch it again, with its signature.
measurements_signature_invalid | FILE.sig is not a signature over the file by the key of --measurements-key. | Believe neither; compare the key with the one that you were given when you first met the publisher.
measurements_unmeasured | No release in the file says PCRs: it was made where no image file was built. | Ask for one made with make eif.
measurements_expired | Every release in the file is over (notAfter). | Fetch the newest file. To judge old evidence as of its own time: --at document.
# KeyPolicyError
key_policy_not_json | The file is not JSON. | Look at the place named.
key_policy_malformed | It is JSON and no key policy as AWS takes it: a member is unknown, missing, of another kind, or there twice. | Look at the place named; aws kms get-key-policy --output text prints the live one.
# MetadataError
metadata_unreachable | Nothing answers at EC2's metadata address. | Run on an EC2 instance, turn its metadata on, allow two hops for a container; or hand credentials in by AWS_… variables.
metadata_refused | The service answers with an error. | Read the status; 403: metadata is turned off.
metadata_absent | The instance has no role, or does not show its tags. | Attach an instance profile; turn tags in metadata on.
metadata_malformed | The answer is not what EC2 writes. | Is something else at that address?
# ConfigError
config_invalid | The environment is unusable; the message lists every fault. | docs/configuration.md.
# ListenError
port_in_use | The HTTP port is taken. | Choose another with ENCLAVE_PORT (simulate --port).
port_unavailable | The address or port may not be listened on. | Check ENCLAVE_HOST and permissions.
# StoreError
store_unopened | The folder cannot be opened as a store. | Check STORE_PATH, permissions, disk.
store_failed | A read or write failed; nothing was changed. | Check disk and space.
store_corrupt | The file in STORE_PATH is no LMDB database, or is damaged or cut: the parent does not start, and changes nothing. While it runs: the record of one session is damaged; this session is refused (store_unavailable), and no other. | Restore a backup, or start with an empty folder: every session and the genesis record are lost then.
# WorldError
world_unreadable | A file of the world cannot be read. | make reset starts anew.
world_unwritable | The folder of the world, or a file in it, cannot be written or deleted; the message has the system's word (EACCES, ENOSPC). | Permissions, room; or another folder with --home.
world_in_use | Another process simulates in this folder; the message has its number. Nothing was touched. | Stop it, or name another folder with --home.
world_foreign | The folder holds something that no world makes, or no world at all, or is a link. Nothing was written or deleted. | simulate: name another folder. make reset: move away what the message names.
world_start_failed | A process did not start (the message has its own code), or the demonstration's report does not verify. | Read the message and the log that it names.
world_crash_loop | A process died more than 10 times in a row, and served for less than 10 s each time. The message has its own code where it gave one. | Read the message and its log.
# ParametersError
parameters_invalid | A parameter is missing, malformed or unknown, or asks for what AWS or a venue excludes (instance type, region, memory), a file cannot be used, or the image measures otherwise than measurements say. The message names every fault. | docs/operations.md lists the parameters.
`;
