package org.kgcoop.cli;

import java.util.List;

/**
 * A command line of a page.
 *
 * @param page the page, whose commands share a working folder
 * @param words the command, without the name of the program
 */
record Example(String page, List<String> words) {
  /** Returns a command that only prepares others. */
  static Example prepared(String command) {
    return new Example("preparation", List.of(command.split(" ", -1)));
  }
}
