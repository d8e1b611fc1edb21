package main

import (
	"os"

	"helm.sh/helm/v4/pkg/cmd"
)

// helm is helm itself. It tells of its own errors what a user is to read.
func helm(args []string) error {
	root, err := cmd.NewRootCmd(os.Stdout, args, cmd.SetupLogging)
	if err != nil {
		return err
	}
	root.SetArgs(args)
	root.SilenceErrors = true
	return root.Execute()
}
