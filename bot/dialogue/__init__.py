"""The dialogue engine: declarative flows, a stack of frames, and the repairs that people expect."""

from bot.dialogue.engine import FlowDialogue, load_dialogue
from bot.dialogue.flows import FlowError, Flows, load_flows

__all__ = ["FlowDialogue", "FlowError", "Flows", "load_dialogue", "load_flows"]
