package org.kgcoop.experiment;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.clip.Clip;

/**
 * What every experiment works with.
 *
 * @param clip the frozen model
 * @param bank image features, computed once
 * @param progress told how far long work is
 * @param warnings gets a line for what a user should know and may leave
 * @param interrupted whether work should stop at the next safe place
 */
public record Workbench(
    Clip clip,
    FeatureBank bank,
    Progress progress,
    Consumer<String> warnings,
    BooleanSupplier interrupted) {}
