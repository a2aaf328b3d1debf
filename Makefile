# What a user and CI type. `make` alone lists the targets. Written for GNU make 3.81 (macOS) and later.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

jars := balancer/target/rondo.jar backend/target/rondo-backend.jar
# the directories too: their times change when a file is removed
sources = $(shell find pom.xml balancer/pom.xml balancer/src/main backend/pom.xml backend/src/main)
# Maven's own libraries use what JDK 25 warns of
export MAVEN_OPTS ?= --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
maven = command -v mvn >/dev/null || { echo 'rondo: no mvn command found: install Apache Maven 3.8 or later' >&2; exit 1; }; \
	JAVA_HOME=$$(scripts/jdk) && export JAVA_HOME && mvn -B -ntp

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(jars) ## start the balancer on 8080 with two demo backends; Ctrl-C ends all
	@scripts/run

.PHONY: test
test: ## run all tests of all modules
	@$(maven) test

.PHONY: smoke
smoke: ## ten requests to URL (http://localhost:8080): who answered, and is it even
	@scripts/smoke

.PHONY: up
up: ## build the images and start balancer and backends with Docker Compose
	@scripts/up

.PHONY: down
down: ## stop and remove what make up started
	@scripts/compose down --remove-orphans

.PHONY: kind
kind: ## build, load and install on a cluster of kind, which is created where there is none; smoke it
	@scripts/cluster kind

.PHONY: minikube
minikube: ## the same on minikube
	@scripts/cluster minikube

.PHONY: e2e
e2e: ## prove on the cluster of the current kubectl context that rollouts lose nothing; one row: make e2e ROW=rollout
	@scripts/e2e/run $(ROW)

.PHONY: chart
chart: ## write the table of values into the chart's README, and check the chart without a cluster
	@scripts/check-chart --write

.PHONY: package
package: $(jars) ## build balancer/target/rondo.jar and backend/target/rondo-backend.jar

$(jars): $(sources)
	@echo 'building $(jars)' && $(maven) -q package -Dmaven.test.skip=true -Dbuild.revision=$$(scripts/revision) && touch $(jars)

.PHONY: verify
verify: ## all that CI checks: tests, format, static analysis, fuzzing, images, Compose, a stop under load
	@scripts/check-shell
	@$(maven) -Pbench,chaos verify -Dbuild.revision=$$(scripts/revision) -Dsurefire.arguments='-Dtest.stops=100 -Dtest.process.stops=20'
	@scripts/fuzz 1 1
	@scripts/check-images
	@if command -v helm >/dev/null; then scripts/check-chart; else echo 'no helm command: the chart is not checked'; fi

.PHONY: format
format: ## format the Java sources
	@$(maven) -q spotless:apply

.PHONY: docs
docs: ## write the configuration reference and its schema, docs/api.md from docs/openapi.yaml, the retry table from the code
	@$(maven) -q -pl balancer test -Dtest='ReferencePagesTest,ApiPageTest,RetryTableTest' -Ddocs.write=true

.PHONY: fuzz
fuzz: ## fuzz every target, ROUNDS (10) times as long as make verify does, with other inputs each time
	@scripts/fuzz $(ROUNDS)

# ROW: compared (the default), scale, all, micro, or names with commas between; rows are named when one is wrong.
# ROUNDS, SECONDS and WARMUP of each; JVM: flags for Rondo's; PLOTS: a directory that plots are copied to
bench_options = $(if $(ROW),--row $(ROW)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) \
	$(if $(WARMUP),--warmup $(WARMUP)) $(if $(JVM),--jvm '$(JVM)') $(if $(PLOTS),--plots $(PLOTS))
bench_java = JAVA_HOME=$$(scripts/jdk) && exec $$JAVA_HOME/bin/java -Djava.io.tmpdir=bench/target

.PHONY: bench
bench: ## measure Rondo beside nginx and HAProxy; one row: make bench ROW=tiny, see docs/performance.md
	@$(maven) -q -Pbench -pl bench -am package -Dmaven.test.skip=true
ifeq ($(ROW),micro)
	@$(bench_java) -cp 'bench/target/rondo-bench.jar:bench/target/libs/*' org.openjdk.jmh.Main -f 1 -wi 5 -w 1 -i 5 -r 1
else
	@$(bench_java) -jar bench/target/rondo-bench.jar $(bench_options)
endif

# ROW: names with commas between; they are named when one is wrong. QUICK=1: the small size of each; SEED: of all chance
chaos_options = $(if $(ROW),--row $(ROW)) $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED))
chaos_java = JAVA_HOME=$$(scripts/jdk) && exec $$JAVA_HOME/bin/java -jar chaos/target/rondo-chaos.jar

.PHONY: chaos
chaos: $(jars) ## kill, hang, reload, overload and more under load, and count what is lost; QUICK=1: about five minutes
	@$(maven) -q -Pchaos -pl chaos package -Dmaven.test.skip=true
	@$(chaos_java) $(chaos_options)

.PHONY: soak
soak: $(jars) ## mixed load with random faults for MINUTES (30)
	@$(maven) -q -Pchaos -pl chaos package -Dmaven.test.skip=true
	@$(chaos_java) --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED))

.PHONY: clean
clean: ## remove what was built
	@$(maven) -q clean && rm -rf target bench/target chaos/target
