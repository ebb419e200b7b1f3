/**
 * Methods by name and settings ({@link org.kgcoop.classifier.MethodRegistry}), with published
 * defaults ({@link org.kgcoop.classifier.PublishedDefaults}), and as trained classifiers in files
 * ({@link org.kgcoop.classifier.ClassifierFile}).
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.classifier;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
