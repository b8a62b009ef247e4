// Answers POST /parse {"text", "lang"} from a trained model: node serve.js MODEL PORT.
const http = require("node:http");
const { NlpManager } = require("node-nlp");

const [model, port] = process.argv.slice(2);
const manager = new NlpManager({ languages: ["zh", "en"], autoSave: false, nlu: { log: false } });
manager.load(model);

async function parse(body) {
  const { text, lang } = JSON.parse(body);
  const { intent, score, classifications } = await manager.process(lang, text);
  return JSON.stringify({ intent, score, classifications });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    parse(Buffer.concat(parts).toString("utf8")).then(
      (answer) => response.writeHead(200, { "content-type": "application/json" }).end(answer),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});
server.listen(Number(port), "127.0.0.1");
