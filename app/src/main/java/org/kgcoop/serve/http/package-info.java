/**
 * The way of a request from the network to the endpoints: who may ask, how much, and the refusals.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.http;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
