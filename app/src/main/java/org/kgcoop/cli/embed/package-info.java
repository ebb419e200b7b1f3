/**
 * Commands that write the features of images, and find images by them. Start at {@link
 * org.kgcoop.cli.embed.EmbedCommand}.
 */
@NullMarked
package org.kgcoop.cli.embed;

import org.jspecify.annotations.NullMarked;
