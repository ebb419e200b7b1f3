/** The job within the process of the test, on pictures of the embedded data. */
@NullMarked
package org.kgcoop.cluster.features;

import org.jspecify.annotations.NullMarked;
