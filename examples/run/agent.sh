#!/bin/sh
# Stands for an agent: says which keys it sees, and prints a line of a log that holds one.
echo "ANTHROPIC_API_KEY is ${ANTHROPIC_API_KEY:-not set}"
echo "from yesterday's log: x-api-key: sk-fake-not-a-secret-0001"
