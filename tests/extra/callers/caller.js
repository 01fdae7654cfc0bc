// As caller.go, with grpc-js.
"use strict";
const grpc = require("@grpc/grpc-js");

const OWN_LIMIT = 16 << 10; // bytes that the client takes of a message
const PATIENCE = 60_000; // milliseconds
const GET_USER = "/user.v1.UserService/GetUser";
const LIST_USERS = "/user.v1.UserService/ListUsers";
const [target, pattern, calls, atOnce] = process.argv.slice(2);
const same = (bytes) => bytes;
const client = new grpc.Client(target, grpc.credentials.createInsecure(),
  {"grpc.max_receive_message_length": OWN_LIMIT});

// A GetUserRequest for user-1, or a ListUsersRequest with a limit of 100.
function request(list, noteSize) {
  const out = list ? [0x08, 100] : [0x0a, 6, ...Buffer.from("user-1")];
  out.push(0x10);
  for (; noteSize > 127; noteSize >>= 7) out.push((noteSize & 127) | 128);
  return Buffer.from([...out, noteSize]);
}

function get(noteSize, milliseconds, done) {
  return client.makeUnaryRequest(GET_USER, same, same, request(false, noteSize),
    new grpc.Metadata(), {deadline: Date.now() + milliseconds}, (error) => done(error));
}

// An attempt every `delay` until one has answered, then the others are cancelled: gRFC A6's
// hedging by hand.
function hedge(attempts, delay, done) {
  const started = [];
  let ended = 0;
  const attempt = () => {
    started.push(get(0, PATIENCE, (error) => {
      if (done === null || (error && ++ended < attempts)) return;
      clearInterval(timer);
      const tell = done;
      done = null;
      for (const each of started) each.cancel();
      tell(error);
    }));
    if (started.length === attempts) clearInterval(timer);
  };
  const timer = setInterval(attempt, delay);
  attempt();
}

function first(done) {
  const stream = client.makeServerStreamRequest(LIST_USERS, same, same, request(true, 1000),
    new grpc.Metadata(), {deadline: Date.now() + PATIENCE});
  let taken = false;
  stream.on("data", () => {
    if (taken) return;
    taken = true;
    stream.cancel();
    done(null);
  });
  stream.on("error", (error) => taken || done(error));
  stream.on("end", () => taken || done(new Error("ended without a message")));
}

// Makes the n-th call of the pattern; returns the code with which it may end beside OK.
function call(n, done) {
  const {OK, CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED} = grpc.status;
  if (pattern === "hedge3") return hedge(3, 10, done), OK;
  if (pattern === "hedge4") return hedge(4, 5, done), OK;
  if (pattern === "first") return first(done), OK;
  if (pattern === "cancel" && n % 10 < 7) {
    const one = get(0, PATIENCE, done);
    n % 3 ? setTimeout(() => one.cancel(), n % 3) : setImmediate(() => one.cancel());
    return CANCELLED;
  }
  if (pattern === "deadline" && n % 10) return get(0, 3, done), DEADLINE_EXCEEDED;
  if (pattern === "large" && n % 10) return get(4 * OWN_LIMIT, PATIENCE, done), RESOURCE_EXHAUSTED;
  return get(0, PATIENCE, done), OK;
}

function verdict(error, right) {
  if (!error) return "good";
  // Who ends a connection for abuse says RESOURCE_EXHAUSTED, too.
  const ownDoing = right !== grpc.status.RESOURCE_EXHAUSTED || /larger than max/.test(error.details);
  return error.code === right && ownDoing ? "given up" : error.message;
}

const ends = {};
let next = 0;
let open = 0;

function goOn() {
  while (open < Number(atOnce) && next < Number(calls)) {
    open++;
    const right = call(next++, (error) => {
      const how = verdict(error, right);
      ends[how] = (ends[how] ?? 0) + 1;
      open--;
      setImmediate(goOn);
    });
  }
  if (open === 0 && next === Number(calls)) {
    next = Infinity;
    client.close();
    console.log(JSON.stringify(ends));
  }
}

goOn();
