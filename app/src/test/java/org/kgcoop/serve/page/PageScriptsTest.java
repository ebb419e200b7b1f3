package org.kgcoop.serve.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.mozilla.javascript.BaseFunction;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptableObject;

/**
 * Checks the scripts of the web pages, and runs the unit tests of those parts that need no browser.
 */
@Tag("system") // several seconds
class PageScriptsTest {
  @Test
  void theScriptsHaveNoWarnings() throws IOException {
    assertThat(PageScripts.warnings()).isEmpty();
  }

  private static final int RANDOM_SESSIONS = 25;
  private static final int MANY_RANDOM_SESSIONS = 10_000;

  @TestFactory
  List<DynamicTest> theUnitTestsOfTheScripts() throws IOException {
    return tests(RANDOM_SESSIONS);
  }

  @TestFactory
  @Tag("nightly")
  @Timeout(3600)
  List<DynamicTest> manyRandomSessionsOfThePageOfLabel() throws IOException {
    return tests(MANY_RANDOM_SESSIONS).stream()
        .filter(test -> test.getDisplayName().startsWith("random sessions"))
        .toList();
  }

  /**
   * Compiles the unit tests.
   *
   * @param sessions the number of random sessions of the model of the page of {@code label}
   */
  private static List<DynamicTest> tests(int sessions) throws IOException {
    String script = PageScripts.tests();
    List<DynamicTest> tests = new ArrayList<>();
    Context context = Context.enter();
    try {
      ScriptableObject scope = context.initStandardObjects();
      scope.put("RUNS", scope, sessions);
      scope.put(
          "test",
          scope,
          new BaseFunction() {
            @Override
            public Object call(
                Context unused,
                org.mozilla.javascript.Scriptable from,
                org.mozilla.javascript.Scriptable self,
                Object[] arguments) {
              Function body = (Function) arguments[1];
              tests.add(
                  DynamicTest.dynamicTest(Context.toString(arguments[0]), () -> run(scope, body)));
              return Context.getUndefinedValue();
            }
          });
      context.evaluateString(scope, script, "scripts", 1, null);
    } finally {
      Context.exit();
    }
    assertThat(tests).hasSizeGreaterThan(10);
    return tests;
  }

  private static void run(ScriptableObject scope, Function body) {
    Context context = Context.enter();
    try {
      body.call(context, scope, scope, new Object[0]);
    } catch (RhinoException e) {
      throw new AssertionError(e.details(), e);
    } finally {
      Context.exit();
    }
  }
}
