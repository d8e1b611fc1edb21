package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"
)

// writeStatus does to a resource request what the last container of a Kratix pipeline does: it
// reads the request, merges status.yaml into its status, and sends the whole object by PUT.
func writeStatus(args []string) error {
	flags := flag.NewFlagSet("status-writer", flag.ExitOnError)
	var resource schema.GroupVersionResource
	flags.StringVar(&resource.Group, "group", "", "API group of the resource request")
	flags.StringVar(&resource.Version, "version", "v1alpha1", "its API version")
	flags.StringVar(&resource.Resource, "resource", "", "its plural")
	namespace := flags.String("namespace", "default", "where the request is")
	name := flags.String("name", "", "its name")
	file := flags.String("status", "status.yaml", "the file that the pipeline wrote")
	last := flags.Bool("last", false, "this is the last pipeline: the workflow is complete")
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "how to reach the cluster")
	_ = flags.Parse(args)

	written, err := readStatus(*file)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	requests, ctx := client.Resource(resource).Namespace(*namespace), context.Background()
	request, err := requests.Get(ctx, *name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("failed to get the resource request: %w", err)
	}
	if err := mergeStatus(request, written, *last); err != nil {
		return err
	}
	if _, err := requests.UpdateStatus(ctx, request, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("failed to update status: %w", err)
	}
	return nil
}

func readStatus(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	written := map[string]any{}
	if err := yaml.Unmarshal(text, &written); err != nil {
		return nil, fmt.Errorf("failed to read %s: %w", file, err)
	}
	if _, ok := written["kratix"]; ok {
		return nil, errors.New("status.yaml may not write the key kratix")
	}
	return written, nil
}

// mergeStatus replaces each top-level key whole, and merges conditions by their type.
func mergeStatus(request *unstructured.Unstructured, written map[string]any, last bool) error {
	status, _, err := unstructured.NestedMap(request.Object, "status")
	if err != nil {
		return err
	}
	if status == nil {
		status = map[string]any{}
	}
	conditions, _ := status["conditions"].([]any)
	if added, ok := written["conditions"].([]any); ok {
		delete(written, "conditions")
		for _, condition := range added {
			conditions = setCondition(conditions, condition)
		}
	}
	if last {
		conditions = setCondition(conditions, map[string]any{
			"type":               "ConfigureWorkflowCompleted",
			"status":             "True",
			"reason":             "PipelinesExecutedSuccessfully",
			"message":            "Pipelines completed",
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
		})
	}
	if conditions != nil {
		status["conditions"] = conditions
	}
	for key, value := range written {
		status[key] = value
	}
	request.Object["status"] = status
	return nil
}

func setCondition(conditions []any, condition any) []any {
	for i, present := range conditions {
		if conditionType(present) == conditionType(condition) {
			conditions[i] = condition
			return conditions
		}
	}
	return append(conditions, condition)
}

func conditionType(condition any) any {
	fields, _ := condition.(map[string]any)
	return fields["type"]
}
