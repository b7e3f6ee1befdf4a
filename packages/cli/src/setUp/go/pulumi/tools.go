//go:build tools

// Package tools names the program that this module builds, so that go.mod pins it and go.sum checks it.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
