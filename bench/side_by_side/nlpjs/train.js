// Teaches NLP.js: node train.js SENTENCES.jsonl MODEL, each line {"text", "lang", "intent"}.
// Its own settings throughout, but for what would write files or ask the network.
const fs = require("node:fs");
const { NlpManager } = require("node-nlp");

async function main([sentences, model]) {
  const manager = new NlpManager({ languages: ["zh", "en"], autoSave: false, nlu: { log: false } });
  for (const line of fs.readFileSync(sentences, "utf8").split("\n")) {
    if (line) {
      const { text, lang, intent } = JSON.parse(line);
      manager.addDocument(lang, text, intent);
    }
  }
  await manager.train();
  manager.save(model);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
