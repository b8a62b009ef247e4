"""What was meant by what was typed or heard: pinyin in letters, words of the same sound, slips."""
