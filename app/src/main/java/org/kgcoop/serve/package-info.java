/** An HTTP server for classifiers: endpoints, access control, and sharing of the CLIP. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
