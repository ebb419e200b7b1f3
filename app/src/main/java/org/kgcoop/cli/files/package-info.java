/** Commands about files: data sets, downloads, reference numbers. */
@NullMarked
package org.kgcoop.cli.files;

import org.jspecify.annotations.NullMarked;
