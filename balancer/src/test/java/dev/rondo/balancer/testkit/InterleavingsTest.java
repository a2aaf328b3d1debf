package dev.rondo.balancer.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.junit.jupiter.api.Test;

/** A checker that cannot read the class files of this JDK finds nothing and says nothing. */
class InterleavingsTest {
    /** Two threads that count at once may lose one. */
    public static class Careless {
        private int count;

        @Operation
        public int count() {
            return ++count;
        }
    }

    @Test
    void whatIsNotLinearizableIsFound() {
        assertThatThrownBy(() -> Interleavings.explore(Careless.class))
                .hasMessageContaining("Invalid execution results")
                .hasMessageContaining("The following interleaving leads to the error");
    }
}
