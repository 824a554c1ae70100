// Asks a YAML language server what an editor would show: a JSON list of requests on standard input, answers on
// standard output. A request is {text, line, character, ask}, where ask is "completion", "hover" or "diagnostics".
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const [server, folder] = process.argv.slice(2);
const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
const told = new Map();
let buffer = Buffer.alloc(0);
let number = 0;

child.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("utf8", 0, end))[1]);
    if (buffer.length < end + 4 + length) return;
    const message = JSON.parse(buffer.toString("utf8", end + 4, end + 4 + length));
    buffer = buffer.subarray(end + 4 + length);
    received(message);
  }
});

function received(message) {
  if (message.method === "textDocument/publishDiagnostics") {
    told.get(message.params.uri)?.(message.params.diagnostics);
  } else if (message.method && "id" in message) {
    const asked = message.method === "workspace/configuration" ? message.params.items.map(() => ({})) : null;
    send({ id: message.id, result: asked });
  } else if (waiting.has(message.id)) {
    waiting.get(message.id)(message.result ?? null);
  }
}

function send(message) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function request(method, params) {
  const id = ++number;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    send({ id, method, params });
  });
}

async function answer({ text, line, character, ask }, index) {
  const uri = `${pathToFileURL(folder).href}/rules_${index}.yaml`;
  const diagnostics = new Promise((resolve) => told.set(uri, resolve));
  send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
  if (ask === "diagnostics") return diagnostics;
  return request(`textDocument/${ask}`, { textDocument: { uri }, position: { line, character } });
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
await request("initialize", {
  processId: process.pid,
  rootUri: pathToFileURL(folder).href,
  capabilities: { textDocument: { completion: {}, hover: { contentFormat: ["plaintext"] }, publishDiagnostics: {} } },
});
send({ method: "initialized", params: {} });
send({
  method: "workspace/didChangeConfiguration",
  params: { settings: { yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } } } },
});
const answers = [];
for (const [index, each] of JSON.parse(input).entries()) answers.push(await answer(each, index));
console.log(JSON.stringify(answers));
child.kill();
