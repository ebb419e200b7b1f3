/** Commands about files: data sets, downloads and published results. */
@NullMarked
package org.kgcoop.cli.files;

import org.jspecify.annotations.NullMarked;
