package org.kgcoop.report;

import java.util.List;

/**
 * A section of the page.
 *
 * @param id the anchor
 */
record Section(String id, String heading, List<Block> blocks) {
  Section {
    blocks = List.copyOf(blocks);
  }
}
