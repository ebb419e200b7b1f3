/**
 * Whole experiments: data, method, training, evaluation, and what is written of them. {@link
 * org.kgcoop.experiment.BaseToNew} is the protocol of the published table.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.experiment;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
